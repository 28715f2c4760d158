/* SPDX-License-Identifier: Apache-2.0
 *
 * The input "(EC)DHE" of the key schedule of TLS 1.3, for every group and with libcrypto as the
 * peer: sslp_shared_secret_agree, which the library does not export.
 */
#include "shim/keys/shared_secret.h"

#include "shim/keys/pre_master.h"
#include "shim/support/key_share_blob.h"
#include "shim/support/provider.h"

#include "common/allocations.h"

#include <openssl/bn.h>
#include <openssl/dh.h>
#include <openssl/err.h>

enum {
    TLS12 = TLS1_2_PROTOCOL_VERSION,
    SUITE_DHE = 0x009E,
    X25519MLKEM768 = 4588,
    ML_KEM_1024 = 514,
    SMALL_LEN = 96, /* bytes of a modulus of 768 bits: small, to be quick */
    MAX_TRIES = 20000
};

static const char *name_of(const struct share_group *group)
{
    return group->name != NULL ? group->name : group->type;
}

static void free_key(NCRYPT_KEY_HANDLE key)
{
    EXPECT_SUCCESS(SslFreeObject(key, 0), "a key");
}

static SECURITY_STATUS agree(
    NCRYPT_KEY_HANDLE own, NCRYPT_KEY_HANDLE peer, struct sslp_shared_secret *secret)
{
    const struct sslp_asymmetric_object *own_object =
        sslp_object_acquire(own, SSLP_OBJECT_EPHEMERAL_KEY);
    const struct sslp_asymmetric_object *peer_object =
        sslp_object_acquire(peer, SSLP_OBJECT_EPHEMERAL_KEY);
    SECURITY_STATUS status = NTE_FAIL;

    CU_ASSERT_FATAL(own_object != NULL && peer_object != NULL);
    status = sslp_shared_secret_agree(own_object->backend, own_object, peer_object, secret);
    sslp_object_release(own);
    sslp_object_release(peer);
    return status;
}

static void expect_agreement(NCRYPT_KEY_HANDLE own, NCRYPT_KEY_HANDLE peer, const BYTE *wanted,
    size_t wanted_len, const char *label)
{
    static const struct sslp_shared_secret nothing;
    struct sslp_shared_secret secret;

    EXPECT_SUCCESS(agree(own, peer, &secret), label);
    EXPECT(secret.len == wanted_len, label);
    EXPECT(wanted_len > 0 && memcmp(secret.bytes, wanted, wanted_len) == 0, label);
    EXPECT(ERR_peek_error() == 0, label);
    sslp_shared_secret_clear(&secret);
    EXPECT(memcmp(&secret, &nothing, sizeof(secret)) == 0, label);
}

static void expect_refusal(
    NCRYPT_KEY_HANDLE own, NCRYPT_KEY_HANDLE peer, SECURITY_STATUS wanted, const char *label)
{
    struct sslp_shared_secret secret;

    EXPECT_STATUS(agree(own, peer, &secret), wanted, label);
    EXPECT(ERR_peek_error() == 0, label);
}

/* ---- Every group ---- */

static void check_diffie_hellman(const struct share_group *group, EVP_PKEY *theirs)
{
    const char *label = name_of(group);
    struct share_blob blob = share_blob_of(group->number, theirs);
    NCRYPT_KEY_HANDLE own = 0, peer = 0;
    BYTE wanted[MAX_SHARE_LEN];
    EVP_PKEY *own_public;

    EXPECT_SUCCESS(create_share(provider, group->number, &own), label);
    EXPECT_SUCCESS(import_share(provider, &blob, &peer), label);
    EXPECT_SUCCESS(export_share(provider, own, &blob), label);
    own_public = share_decode(theirs, blob.bytes, blob.header.cbKeyExchange);
    EXPECT(share_derive(theirs, own_public, wanted) == group->secret_len, label);
    expect_agreement(own, peer, wanted, group->secret_len, label);
    expect_refusal(peer, own, NTE_INVALID_HANDLE, label);
    EVP_PKEY_free(own_public);
    free_key(own);
    free_key(peer);
}

/* The shim is the client. */
static void check_kem_client(const struct share_group *group, EVP_PKEY *theirs)
{
    const char *label = name_of(group);
    struct share_blob blob;
    NCRYPT_KEY_HANDLE own = 0, peer = 0;
    BYTE wanted[MAX_SHARE_LEN];
    EVP_PKEY *own_public;
    size_t len = 0;

    EXPECT_SUCCESS(create_share(provider, group->number, &own), label);
    EXPECT_SUCCESS(export_share(provider, own, &blob), label);
    own_public = share_decode(theirs, blob.bytes, blob.header.cbKeyExchange);
    blob = make_share_blob(group->number, group->server_len);
    EXPECT(share_encapsulate(own_public, blob.bytes, &len, wanted) == group->secret_len, label);
    EXPECT(len == group->server_len, label);
    EXPECT_SUCCESS(import_share(provider, &blob, &peer), label);
    expect_agreement(own, peer, wanted, group->secret_len, label);
    expect_refusal(peer, own, NTE_INVALID_HANDLE, label);
    expect_refusal(own, own, NTE_INVALID_PARAMETER, label);
    EVP_PKEY_free(own_public);
    free_key(own);
    free_key(peer);
}

/* The shim is the server. */
static void check_kem_server(const struct share_group *group, EVP_PKEY *theirs)
{
    const char *label = name_of(group);
    struct share_blob client = share_blob_of(group->number, theirs), server;
    NCRYPT_KEY_HANDLE own = 0, peer = 0, other = 0;
    BYTE wanted[MAX_SHARE_LEN];

    EXPECT_SUCCESS(import_share(provider, &client, &peer), label);
    EXPECT_SUCCESS(answer_share(provider, group->number, &client, &own), label);
    EXPECT_SUCCESS(export_share(provider, own, &server), label);
    EXPECT(share_decapsulate(theirs, server.bytes, server.header.cbKeyExchange, wanted) ==
            group->secret_len,
        label);
    expect_agreement(own, peer, wanted, group->secret_len, label);
    expect_agreement(own, peer, wanted, group->secret_len, "once more");
    expect_refusal(own, own, NTE_INVALID_PARAMETER, label);
    client.bytes[client.header.cbKeyExchange - 1] ^= 1;
    EXPECT_SUCCESS(import_share(provider, &client, &other), label);
    expect_refusal(own, other, NTE_INVALID_PARAMETER, "another share");
    free_key(own);
    free_key(peer);
    free_key(other);
}

static void test_every_group(void)
{
    for (size_t i = 0; i < share_group_count; i++) {
        const struct share_group *group = &share_groups[i];
        EVP_PKEY *theirs = share_generate(group);

        if (group->always || (group->is_kem && OpenSSL_version_num() >= FIRST_KEM_VERSION))
            EXPECT(theirs != NULL, name_of(group));
        if (theirs != NULL && group->is_kem) {
            check_kem_client(group, theirs);
            check_kem_server(group, theirs);
        } else if (theirs != NULL) {
            check_diffie_hellman(group, theirs);
        }
        EVP_PKEY_free(theirs);
    }
}

/* ---- Leading zeros ---- */

/* Domain parameters as the older functions take them: the 768-bit modulus of RFC 2409. */
static NCRYPT_KEY_HANDLE create_with_parameters(void)
{
    BYTE params[sizeof(BCRYPT_DH_PARAMETER_HEADER) + 2 * SMALL_LEN] = {0};
    const BCRYPT_DH_PARAMETER_HEADER header = {
        sizeof(params), BCRYPT_DH_PARAMETERS_MAGIC, SMALL_LEN};
    BIGNUM *p = BN_get_rfc2409_prime_768(NULL);
    NCRYPT_KEY_HANDLE key = 0;

    memcpy(params, &header, sizeof(header));
    BN_bn2binpad(p, params + sizeof(header), SMALL_LEN);
    params[sizeof(params) - 1] = 2;
    BN_free(p);
    EXPECT_SUCCESS(SslCreateEphemeralKey(provider, &key, TLS12, SUITE_DHE, 0, 8 * SMALL_LEN, params,
                       sizeof(params), 0),
        "a key with parameters");
    return key;
}

/* RFC 8446 section 7.4.1 keeps what RFC 5246 section 8.1.2 drops. */
static bool check_leading_zero(NCRYPT_KEY_HANDLE own, NCRYPT_KEY_HANDLE peer)
{
    const struct sslp_asymmetric_object *own_object =
        sslp_object_acquire(own, SSLP_OBJECT_EPHEMERAL_KEY);
    const struct sslp_asymmetric_object *peer_object =
        sslp_object_acquire(peer, SSLP_OBJECT_EPHEMERAL_KEY);
    struct sslp_shared_secret secret = {.len = 0};
    struct sslp_pre_master pre_master = {.len = 0};
    size_t zeros = 0;

    EXPECT_SUCCESS(
        sslp_shared_secret_agree(own_object->backend, own_object, peer_object, &secret), "TLS 1.3");
    EXPECT_SUCCESS(
        sslp_pre_master_agree(own_object->backend, own_object->key, peer_object->key, &pre_master),
        "TLS 1.2");
    EXPECT(secret.len == SMALL_LEN, "as long as the modulus");
    while (zeros < secret.len && secret.bytes[zeros] == 0)
        zeros++;
    EXPECT(pre_master.len == secret.len - zeros, "without the zeros");
    EXPECT(memcmp(pre_master.bytes, secret.bytes + zeros, pre_master.len) == 0, "the same number");
    sslp_object_release(own);
    sslp_object_release(peer);
    return zeros != 0;
}

static void test_leading_zeros_stay(void)
{
    const NCRYPT_KEY_HANDLE own = create_with_parameters();
    bool found = false;

    for (int i = 0; !found && i < MAX_TRIES; i++) {
        const NCRYPT_KEY_HANDLE peer = create_with_parameters();

        found = check_leading_zero(own, peer);
        free_key(peer);
    }
    CU_ASSERT_TRUE(found);
    free_key(own);
}

/* ---- Keys that do not go together ---- */

static void test_groups_do_not_mix(void)
{
    static const DWORD groups[] = {29, 30, 23, 24, 26, 31, 256, 257}; /* 26 and 31: one curve */
    NCRYPT_KEY_HANDLE keys[COUNT(groups)];
    struct sslp_shared_secret secret;

    for (size_t i = 0; i < COUNT(groups); i++)
        EXPECT_SUCCESS(create_share(provider, groups[i], &keys[i]), "a key");
    for (size_t i = 0; i < COUNT(groups); i++) {
        for (size_t j = 0; j < COUNT(groups); j++) {
            if (i == j)
                EXPECT_SUCCESS(agree(keys[i], keys[j], &secret), "with itself");
            else
                expect_refusal(keys[i], keys[j], NTE_INVALID_PARAMETER, "two groups");
        }
    }
    for (size_t i = 0; i < COUNT(groups); i++)
        free_key(keys[i]);
}

static void test_a_zero_result_is_refused(void)
{
    const struct share_blob zero = make_share_blob(29, 32);
    NCRYPT_KEY_HANDLE own = 0, peer = 0;

    EXPECT_SUCCESS(create_share(provider, 29, &own), "X25519");
    EXPECT_SUCCESS(import_share(provider, &zero, &peer), "X25519");
    expect_refusal(own, peer, NTE_INVALID_PARAMETER, "RFC 7748 section 6.1");
    free_key(own);
    free_key(peer);
}

/* A peer's key in the older form has no number, and is of the group all the same. */
static void test_a_peer_may_come_as_a_dh_blob(void)
{
    BYTE blob[sizeof(BCRYPT_DH_KEY_BLOB) + 3 * 256];
    NCRYPT_KEY_HANDLE own = 0, theirs = 0, peer = 0;
    struct sslp_shared_secret secret, again;
    DWORD len = 0;

    EXPECT_SUCCESS(create_share(provider, 256, &own), "own");
    EXPECT_SUCCESS(create_share(provider, 256, &theirs), "theirs");
    EXPECT_SUCCESS(
        SslExportKey(provider, theirs, BCRYPT_DH_PUBLIC_BLOB, blob, sizeof(blob), &len, 0), "blob");
    EXPECT_SUCCESS(SslImportKey(provider, &peer, BCRYPT_DH_PUBLIC_BLOB, blob, len, 0), "blob");
    EXPECT_SUCCESS(agree(own, peer, &secret), "own and peer");
    EXPECT_SUCCESS(agree(theirs, own, &again), "theirs and own");
    EXPECT(secret.len == 256 && again.len == 256, "length");
    EXPECT(memcmp(secret.bytes, again.bytes, 256) == 0, "secret");
    free_key(own);
    free_key(theirs);
    free_key(peer);
}

/* Shares whose lengths do not tell the sides apart, and groups with and without ML-KEM. */
static void test_kem_sides_do_not_mix(void)
{
    EVP_PKEY *theirs = share_generate(share_group(ML_KEM_1024));
    NCRYPT_KEY_HANDLE client = 0, other_client = 0, server = 0, curve = 0, hybrid = 0;
    struct share_blob blob;

    if (theirs == NULL)
        return;
    EXPECT_SUCCESS(create_share(provider, ML_KEM_1024, &client), "client");
    EXPECT_SUCCESS(create_share(provider, ML_KEM_1024, &other_client), "client");
    EXPECT_SUCCESS(export_share(provider, client, &blob), "client");
    EXPECT_SUCCESS(answer_share(provider, ML_KEM_1024, &blob, &server), "server");
    EXPECT_SUCCESS(create_share(provider, 29, &curve), "X25519");
    EXPECT_SUCCESS(create_share(provider, X25519MLKEM768, &hybrid), "hybrid");
    expect_refusal(client, other_client, NTE_INVALID_PARAMETER, "two clients");
    expect_refusal(server, server, NTE_INVALID_PARAMETER, "two servers");
    expect_refusal(server, other_client, NTE_INVALID_PARAMETER, "another client");
    expect_refusal(client, hybrid, NTE_INVALID_PARAMETER, "two groups");
    expect_refusal(client, curve, NTE_INVALID_PARAMETER, "no KEM");
    expect_refusal(curve, client, NTE_INVALID_PARAMETER, "no KEM");
    free_key(client);
    free_key(other_client);
    free_key(server);
    free_key(curve);
    free_key(hybrid);
    EVP_PKEY_free(theirs);
}

/* In a hybrid the wrong length, a point that is none, and a changed ciphertext. */
static void test_bad_server_shares(void)
{
    const DWORD number = 4587; /* SecP256r1MLKEM768: a point, then a ciphertext */
    EVP_PKEY *theirs = share_generate(share_group(number));
    struct sslp_shared_secret secret, changed;
    NCRYPT_KEY_HANDLE own = 0, server = 0, peer = 0;
    struct share_blob client, good, bad;

    if (theirs == NULL)
        return;
    EXPECT_SUCCESS(create_share(provider, number, &own), "client");
    EXPECT_SUCCESS(export_share(provider, own, &client), "client");
    EXPECT_SUCCESS(answer_share(provider, number, &client, &server), "server");
    EXPECT_SUCCESS(export_share(provider, server, &good), "server");
    EXPECT_SUCCESS(agree(own, server, &secret), "the server's key is its share");

    EXPECT_SUCCESS(import_share(provider, &client, &peer), "a client's share");
    expect_refusal(own, peer, NTE_INVALID_PARAMETER, "a client's share");
    free_key(peer);
    bad = good;
    bad.bytes[64] ^= 1;
    EXPECT_SUCCESS(import_share(provider, &bad, &peer), "off the curve");
    expect_refusal(own, peer, NTE_INVALID_PARAMETER, "off the curve");
    free_key(peer);
    bad = good;
    bad.bytes[65] ^= 1;
    EXPECT_SUCCESS(import_share(provider, &bad, &peer), "another ciphertext");
    EXPECT_SUCCESS(agree(own, peer, &changed), "another ciphertext");
    EXPECT(changed.len == secret.len, "another ciphertext");
    EXPECT(memcmp(changed.bytes, secret.bytes, secret.len) != 0, "another secret");
    free_key(peer);
    free_key(own);
    free_key(server);
    EVP_PKEY_free(theirs);
}

/* ---- Short of memory ---- */

/* Every allocation of an agreement fails once; whatever comes of it, the next one works.  The
 * decapsulation of libcrypto answers some failures of its own as it does a changed ciphertext, with
 * another secret: what fails then is the handshake. */
static void check_short_of_memory(
    NCRYPT_KEY_HANDLE own, NCRYPT_KEY_HANDLE peer, bool is_kem, const char *label)
{
    struct sslp_shared_secret secret, again;
    unsigned long n = 0;
    bool reached = true;

    EXPECT_SUCCESS(agree(own, peer, &secret), label);
    while (reached) {
        SECURITY_STATUS status;

        allocations_fail(++n, NULL);
        status = agree(own, peer, &again);
        reached = allocations_end();
        EXPECT(status == ERROR_SUCCESS || reached, label);
        EXPECT(ERR_peek_error() == 0, label);
        if (status == ERROR_SUCCESS && !is_kem)
            EXPECT(memcmp(again.bytes, secret.bytes, secret.len) == 0, label);
    }
    EXPECT(n > 1, label);
    EXPECT_SUCCESS(agree(own, peer, &again), label);
    EXPECT(memcmp(again.bytes, secret.bytes, secret.len) == 0, label);
}

static void test_short_of_memory(void)
{
    static const DWORD groups[] = {29, 23, 256, X25519MLKEM768};

    for (size_t i = 0; i < COUNT(groups); i++) {
        const struct share_group *group = share_group(groups[i]);
        NCRYPT_KEY_HANDLE own = 0, peer = 0;
        struct share_blob blob;

        if (create_share(provider, groups[i], &own) != ERROR_SUCCESS) {
            EXPECT(!group->always, name_of(group));
            continue;
        }
        EXPECT_SUCCESS(export_share(provider, own, &blob), name_of(group));
        EXPECT_SUCCESS(group->is_kem ? answer_share(provider, groups[i], &blob, &peer)
                                     : create_share(provider, groups[i], &peer),
            name_of(group));
        check_short_of_memory(own, peer, group->is_kem, name_of(group));
        free_key(own);
        free_key(peer);
    }
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_every_group),
        TEST(test_leading_zeros_stay),
        TEST(test_groups_do_not_mix),
        TEST(test_a_zero_result_is_refused),
        TEST(test_a_peer_may_come_as_a_dh_blob),
        TEST(test_kem_sides_do_not_mix),
        TEST(test_bad_server_shares),
        TEST(test_short_of_memory),
    };

    if (!allocations_install())
        return 1;
    return RUN_TESTS("shared secrets", open_provider, close_provider, tests);
}
