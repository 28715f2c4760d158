/* SPDX-License-Identifier: Apache-2.0 */
#include "quic.h"

#include "common/packet_protection.h"

#include <stdlib.h>
#include <string.h>

enum { LONG_HEADER = 0x80, NUMBER_LEN = 0x03, MAX_NUMBER_LEN = 4 };

bool is_long(const struct packet *packet)
{
    return (packet->wire[0] & LONG_HEADER) != 0;
}

/* RFC 9000 appendix A.3: the number with these low bits that is closest to the expected one. */
static uint64_t recover_number(uint64_t expected, uint64_t low, unsigned bits)
{
    const uint64_t window = UINT64_C(1) << bits, half = window / 2;
    const uint64_t candidate = (expected & ~(window - 1)) | low;

    if (candidate + half <= expected && candidate < (UINT64_C(1) << 62) - window)
        return candidate + window;
    if (candidate > expected + half && candidate >= window)
        return candidate - window;
    return candidate;
}

/* RFC 9001 section 5.4.2: the sample lies where the payload would begin after the longest number.
 */
bool unmask_header(const struct keys *keys, uint64_t expected, struct packet *packet)
{
    uint64_t low = 0;
    size_t number_len;

    if (packet->len < packet->number_at + MAX_NUMBER_LEN + SAMPLE_LEN ||
        !packet_mask(NULL, keys->suite, keys->hp_key, keys->key_len,
            packet->wire + packet->number_at + MAX_NUMBER_LEN, packet->mask))
        return false;
    free_packet(packet);
    packet->clear = malloc(packet->len);
    if (packet->clear == NULL)
        return false;
    memcpy(packet->clear, packet->wire, packet->len);
    packet->clear[0] ^= packet->mask[0] & (is_long(packet) ? 0x0F : 0x1F);
    number_len = (size_t)(packet->clear[0] & NUMBER_LEN) + 1;
    for (size_t i = 0; i < number_len; i++) {
        packet->clear[packet->number_at + i] ^= packet->mask[1 + i];
        low = low << 8 | packet->clear[packet->number_at + i];
    }
    packet->header_len = packet->number_at + number_len;
    packet->number = recover_number(expected, low, (unsigned)(8 * number_len));
    return true;
}

bool open_payload(const struct keys *keys, struct packet *packet)
{
    const size_t sealed_len = packet->len - packet->header_len;

    memcpy(packet->nonce, keys->iv, IV_LEN);
    for (size_t i = 0; i < 8; i++)
        packet->nonce[IV_LEN - 1 - i] ^= (uint8_t)(packet->number >> (8 * i));
    packet->text_len = sealed_len - TAG_LEN;
    return packet_open(NULL, keys->suite, keys->key, keys->key_len, packet->nonce, packet->clear,
        packet->header_len, packet->wire + packet->header_len, sealed_len,
        packet->clear + packet->header_len);
}

void free_packet(struct packet *packet)
{
    free(packet->clear);
    packet->clear = NULL;
}
