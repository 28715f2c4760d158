/* SPDX-License-Identifier: Apache-2.0
 *
 * Another process, with libcrypto alone, computes every secret and tells it masked.
 */
#include "secrets.h"

#include "common/provider_support.h"

#include <openssl/rsa.h>
#include <sys/wait.h>
#include <unistd.h>

struct told told;

static const char *const names[SECRETS_TLS12] = {[SECRET_MASTER] = "master secret",
    [SECRET_GCM_CLIENT_KEY] = "client key, GCM",
    [SECRET_GCM_SERVER_KEY] = "server key, GCM",
    [SECRET_CBC_CLIENT_MAC_KEY] = "client MAC key, CBC",
    [SECRET_CBC_SERVER_MAC_KEY] = "server MAC key, CBC",
    [SECRET_CBC_CLIENT_KEY] = "client key, CBC",
    [SECRET_CBC_SERVER_KEY] = "server key, CBC",
    [SECRET_CHACHA_CLIENT_KEY] = "client key, ChaCha20",
    [SECRET_CHACHA_SERVER_KEY] = "server key, ChaCha20",
    [SECRET_PRE_MASTER] = "premaster secret",
    [SECRET_PRE_MASTER_REVERSED] = "premaster secret, reversed",
    [SECRET_MASTER_OF_PRE_MASTER] = "master secret of the premaster secret"};

static size_t secret_len(size_t secret)
{
    switch (secret) {
    case SECRET_MASTER:
    case SECRET_PRE_MASTER:
    case SECRET_PRE_MASTER_REVERSED:
    case SECRET_MASTER_OF_PRE_MASTER:
        return 48;
    case SECRET_CHACHA_CLIENT_KEY:
    case SECRET_CHACHA_SERVER_KEY:
        return 32;
    case SECRET_CBC_CLIENT_MAC_KEY:
    case SECRET_CBC_SERVER_MAC_KEY:
        return 20;
    default:
        return 16;
    }
}

void secrets_list(struct memory_secret list[SECRETS_SEARCHED])
{
    static const uint8_t pads[] = {0, 0x36, 0x5C};
    struct memory_secret *next = list;

    for (size_t pad = 0; pad < COUNT(pads); pad++) {
        const uint8_t mask = MEMORY_MASK ^ pads[pad];

        for (size_t i = 0; i < SECRETS_TLS12; i++)
            *next++ = memory_tail(names[i], told.masked[i], secret_len(i), mask);
        for (size_t i = 0; i < TLS13_SECRETS; i++) {
            if (i != TLS13_SHARED) /* zeros */
                *next++ = memory_tail(
                    tls13_secret_names[i], told.tls13.bytes[i], tls13_secret_len(i), mask);
        }
    }
}

void secrets_unmask(const uint8_t *masked, size_t len, uint8_t *to)
{
    for (size_t i = 0; i < len; i++)
        to[i] = masked[i] ^ MEMORY_MASK;
}

/* ---- The other process ---- */

static void require(bool ok)
{
    if (!ok)
        _exit(1);
}

static void expand(size_t secret, const char *label, const uint8_t *first, const uint8_t *second,
    uint8_t *to, size_t len)
{
    require(support_default_prf(
        NULL, "SHA2-256", told.masked[secret], 48, label, first, second, RANDOM_LEN, to, len));
}

/* The keys of both sides, after MAC keys of that length (RFC 5246 section 6.3). */
static void compute_keys(
    const struct randoms *randoms, size_t mac_len, size_t mac_keys, size_t key_len, size_t keys)
{
    uint8_t block[72], *from = block;

    expand(SECRET_MASTER, "key expansion", randoms->server, randoms->client, block,
        2 * (mac_len + key_len));
    for (size_t i = 0; i < 2 && mac_len != 0; i++, from += mac_len)
        memcpy(told.masked[mac_keys + i], from, mac_len);
    for (size_t i = 0; i < 2; i++, from += key_len)
        memcpy(told.masked[keys + i], from, key_len);
}

static void encrypt_pre_master(EVP_PKEY *rsa)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, rsa, NULL);
    size_t len = sizeof(told.encrypted);

    require(EVP_PKEY_encrypt_init(context) > 0 &&
        EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) > 0 &&
        EVP_PKEY_encrypt(context, told.encrypted, &len, told.masked[SECRET_PRE_MASTER], 48) > 0);
    EVP_PKEY_CTX_free(context);
}

static void compute_all(EVP_PKEY *rsa)
{
    uint64_t state = UINT64_C(0x5EC2E7);
    struct randoms randoms;

    (void)fill_randoms(&randoms);
    support_fill(&state, told.masked[SECRET_MASTER], 48);
    compute_keys(&randoms, 0, 0, 16, SECRET_GCM_CLIENT_KEY);
    compute_keys(&randoms, 20, SECRET_CBC_CLIENT_MAC_KEY, 16, SECRET_CBC_CLIENT_KEY);
    compute_keys(&randoms, 0, 0, 32, SECRET_CHACHA_CLIENT_KEY);
    support_fill(&state, told.masked[SECRET_PRE_MASTER], 48);
    memcpy(told.masked[SECRET_PRE_MASTER], "\x03\x03", 2); /* TLS 1.2 */
    for (size_t i = 0; i < 48; i++)
        told.masked[SECRET_PRE_MASTER_REVERSED][i] = told.masked[SECRET_PRE_MASTER][47 - i];
    expand(SECRET_PRE_MASTER, "master secret", randoms.client, randoms.server,
        told.masked[SECRET_MASTER_OF_PRE_MASTER], 48);
    support_fill(&state, told.planted, sizeof(told.planted));
    support_fill(&state, told.tls13.bytes[TLS13_PSK], TLS13_SIZE);
    /* Without (EC)DHE the shared secret is zeros. */
    require(tls13_compute(&told.tls13));
    encrypt_pre_master(rsa);
}

static void mask(void *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        ((uint8_t *)bytes)[i] ^= MEMORY_MASK;
}

static void tell(EVP_PKEY *rsa, int to)
{
    compute_all(rsa);
    mask(told.masked, sizeof(told.masked));
    mask(told.tls13.bytes, sizeof(told.tls13.bytes));
    mask(told.planted, sizeof(told.planted));
    require(write(to, &told, sizeof(told)) == (ssize_t)sizeof(told));
    _exit(0);
}

static bool read_all(int from, void *to, size_t len)
{
    size_t done = 0;

    while (done < len) {
        const ssize_t got = read(from, (uint8_t *)to + done, len - done);

        if (got <= 0)
            return false;
        done += (size_t)got;
    }
    return true;
}

bool secrets_ask(EVP_PKEY *rsa)
{
    int answer[2], status = 0;
    pid_t child;
    bool told_all;

    if (pipe(answer) != 0)
        return false;
    child = fork();
    if (child == 0)
        tell(rsa, answer[1]);
    close(answer[1]);
    told_all = child > 0 && read_all(answer[0], &told, sizeof(told));
    close(answer[0]);
    return child > 0 && waitpid(child, &status, 0) == child && status == 0 && told_all;
}
