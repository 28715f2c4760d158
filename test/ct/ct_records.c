/* SPDX-License-Identifier: Apache-2.0
 *
 * SslDecryptPacket on CBC records whose body valgrind holds to be uninitialised, and with it all
 * that is decrypted from it: plaintext, MAC, padding.  A branch or an address that depends on those
 * is then reported; test/tools/check_constant_time.sh judges the reports.  This program judges what
 * the calls return, and that the mark went all the way, without which silence would mean nothing.
 */
#include "ct/cbc_records.h"
#include "ct/marks.h"

/* How the fragment differs from a genuine one. */
enum change {
    NONE,
    PADDING_BYTE,
    PADDING_LENGTH,
    MAC_BYTE,
    CONTENT_BYTE,
    MAC_AND_PADDING,
    CHANGES
};

static NCRYPT_PROV_HANDLE provider;

/* Returns false where the fragment has no such byte. */
static bool make_change(enum change change, const struct cbc_kind *kind, BYTE *fragment,
    size_t fragment_len, size_t content_len, size_t padding_len)
{
    BYTE *const mac = fragment + content_len;

    if (change == PADDING_BYTE || change == MAC_AND_PADDING) {
        if (padding_len == 0)
            return false;
        mac[kind->mac_len] ^= 0x40;
    }
    if (change == PADDING_LENGTH)
        fragment[fragment_len - 1] ^= 0x80;
    if (change == MAC_BYTE || change == MAC_AND_PADDING)
        mac[kind->mac_len - 1] ^= 0x01;
    if (change == CONTENT_BYTE) {
        if (content_len == 0)
            return false;
        fragment[0] ^= 0x01;
    }
    return true;
}

/* Only the last byte of the padding of SSL 3.0 is defined (RFC 6101 section 5.2.3.2). */
static bool is_acceptable(const struct cbc_kind *kind, enum change change)
{
    return change == NONE || (change == PADDING_BYTE && cbc_is_ssl3(kind));
}

static bool decrypt(struct cbc_peer *peer, NCRYPT_KEY_HANDLE key, enum change change,
    size_t content_len, size_t padding_len)
{
    static BYTE content[CBC_MAX_CONTENT], fragment[CBC_MAX_FRAGMENT], record[CBC_MAX_RECORD],
        output[CBC_MAX_RECORD];
    const bool acceptable = is_acceptable(peer->kind, change);
    size_t len = cbc_compose(peer, content, content_len, padding_len, fragment);
    SECURITY_STATUS status;
    DWORD got = 0;

    if (len == 0 || !make_change(change, peer->kind, fragment, len, content_len, padding_len))
        return len != 0;
    len = cbc_encrypt(peer, fragment, len, record);
    memset(output, 0, sizeof(output));
    mark_secret(record + CBC_HEADER_LEN, len - CBC_HEADER_LEN);
    status =
        SslDecryptPacket(provider, key, record, (DWORD)len, output, sizeof(output), &got, 0, 0);
    publish(record, len);
    publish(&status, sizeof(status));
    publish(&got, sizeof(got));
    if (status != (acceptable ? ERROR_SUCCESS : NTE_DECRYPTION_FAILURE))
        return false;
    if (!acceptable)
        return true;
    cbc_accepted(peer, record, len);
    return got == content_len && (got == 0 || is_secret(output, got));
}

static bool try_paddings(struct cbc_peer *peer, NCRYPT_KEY_HANDLE key)
{
    const struct cbc_kind *kind = peer->kind;
    const size_t most = cbc_is_ssl3(kind) ? kind->block_len - 1 : 255;
    const size_t paddings[] = {0, 1, kind->block_len - 1, most};
    bool done = true;

    for (size_t i = 0; i < COUNT(paddings); i++) {
        const size_t content_len = cbc_content_len(kind, paddings[i]);

        for (enum change change = NONE; change < CHANGES; change++) {
            done = decrypt(peer, key, change, content_len, paddings[i]) &&
                decrypt(peer, key, change, content_len + 19 * kind->block_len, paddings[i]) && done;
        }
    }
    return done;
}

static bool try_kind(const struct cbc_kind *kind)
{
    struct key_pair server = {0, 0};
    struct cbc_peer peer = {0};
    const bool done = make_side(provider, kind->protocol, kind->suite, NCRYPT_SSL_SERVER_FLAG,
                          &server) == ERROR_SUCCESS &&
        cbc_peer_start(&peer, kind) && try_paddings(&peer, server.read);

    cbc_peer_end(&peer);
    free_pair(&server);
    if (!done)
        fprintf(stderr, "%s: another answer than expected, or one without marks\n", kind->name);
    return done;
}

int main(void)
{
    bool done = can_mark() && SslOpenProvider(&provider, NULL, 0) == ERROR_SUCCESS;

    for (size_t i = 0; i < COUNT(cbc_kinds) && done; i++)
        done = try_kind(&cbc_kinds[i]);
    SslFreeObject(provider, 0);
    return done ? 0 : 1;
}
