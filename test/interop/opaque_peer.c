/* SPDX-License-Identifier: Apache-2.0
 *
 * The peer of the example evp_opaque_handshake, with OpenSSL's default provider and bytes alone:
 *
 *     opaque_peer PROGRAM [ARGUMENT]...
 *
 * It starts the program, exchanges key shares with it, computes the TLS 1.3 key schedule and opens
 * the records.  Then it looks for every secret of the schedule in the memory of the program, which
 * still holds its keys: none may be outside the secure heap, where the provider keeps secrets.
 */
#include "common/memory_search.h"
#include "common/tls13_schedule.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SIZE = 32, KEY_LEN = 16, IV_LEN = 12, HEADER_LEN = 5, TAG_LEN = 16, MAX_RECORD = 128 };

enum {
    SHARED,
    HANDSHAKE,
    MASTER_SALT,
    MASTER,
    CLIENT_HANDSHAKE,
    SERVER_HANDSHAKE,
    CLIENT_APPLICATION,
    SERVER_APPLICATION,
    SECRETS
};

static const char *const names[SECRETS] = {"shared secret", "handshake secret",
    "salt of the master secret", "master secret", "client handshake traffic secret",
    "server handshake traffic secret", "client application traffic secret",
    "server application traffic secret"};

static uint8_t secrets[SECRETS][SIZE], hashes[2][SIZE];

static void require(bool ok, const char *what)
{
    if (!ok) {
        fprintf(stderr, "opaque_peer: %s\n", what);
        exit(EXIT_FAILURE);
    }
}

/* ---- The key schedule (RFC 8446 section 7.1) ---- */

static void derive(const char *mode, const uint8_t *salt, const uint8_t *key, const char *label,
    const uint8_t *data, uint8_t *out, size_t len)
{
    require(tls13_kdf(mode, salt, key, label, data, out, len), "TLS13-KDF");
}

static void compute_schedule(void)
{
    static const char *const labels[] = {
        "c hs traffic", "s hs traffic", "c ap traffic", "s ap traffic"};
    uint8_t early[SIZE], empty[SIZE];

    require(EVP_Digest("", 0, empty, NULL, EVP_sha256(), NULL) > 0, "SHA-256");
    derive("EXTRACT_ONLY", NULL, NULL, "derived", NULL, early, SIZE);
    derive("EXTRACT_ONLY", early, secrets[SHARED], "derived", NULL, secrets[HANDSHAKE], SIZE);
    derive("EXPAND_ONLY", NULL, secrets[HANDSHAKE], "derived", empty, secrets[MASTER_SALT], SIZE);
    derive("EXTRACT_ONLY", secrets[HANDSHAKE], NULL, "derived", NULL, secrets[MASTER], SIZE);
    for (int i = 0; i < 4; i++)
        derive("EXPAND_ONLY", NULL, secrets[i < 2 ? HANDSHAKE : MASTER], labels[i], hashes[i / 2],
            secrets[CLIENT_HANDSHAKE + i], SIZE);
}

static void agree(EVP_PKEY *own, const uint8_t share[SIZE])
{
    EVP_PKEY *peer = EVP_PKEY_new_raw_public_key_ex(NULL, "X25519", NULL, share, SIZE);
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, own, NULL);
    size_t len = SIZE;

    require(EVP_PKEY_derive_init(context) > 0 && EVP_PKEY_derive_set_peer(context, peer) > 0 &&
            EVP_PKEY_derive(context, secrets[SHARED], &len) > 0,
        "X25519");
    EVP_PKEY_CTX_free(context);
    EVP_PKEY_free(peer);
}

/* ---- Records ---- */

/* Opens a record with sequence number 0 and compares what is in it. */
static void open_record(const uint8_t *record, size_t len, int epoch, int side)
{
    static const char *const texts[2][2] = {
        {"client, handshake", "server, handshake"}, {"client, application", "server, application"}};
    const uint8_t *secret = secrets[CLIENT_HANDSHAKE + 2 * epoch + side];
    const size_t text_len = strlen(texts[epoch][side]);
    uint8_t key[KEY_LEN], iv[IV_LEN], plain[MAX_RECORD];
    EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
    int out_len = 0, last = 0;

    require(len == HEADER_LEN + text_len + 1 + TAG_LEN, "a record of another length");
    derive("EXPAND_ONLY", NULL, secret, "key", NULL, key, sizeof(key));
    derive("EXPAND_ONLY", NULL, secret, "iv", NULL, iv, sizeof(iv));
    require(EVP_DecryptInit_ex2(cipher, EVP_aes_128_gcm(), key, iv, NULL) > 0 &&
            EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, TAG_LEN,
                (void *)(uintptr_t)(record + len - TAG_LEN)) > 0 &&
            EVP_DecryptUpdate(cipher, NULL, &out_len, record, HEADER_LEN) > 0 &&
            EVP_DecryptUpdate(cipher, plain, &out_len, record + HEADER_LEN, (int)(text_len + 1)) >
                0 &&
            EVP_DecryptFinal_ex(cipher, plain + out_len, &last) > 0,
        "a record does not open");
    require(memcmp(plain, texts[epoch][side], text_len) == 0 &&
            plain[text_len] == (epoch == 0 ? 22 : 23),
        "a record holds something else");
    EVP_CIPHER_CTX_free(cipher);
}

/* Lines of WAY EPOCH SIDE RECORD up to "done"; the value is how many records were opened. */
static int open_records(FILE *from)
{
    char line[2 * MAX_RECORD + 80], way[32], epoch[16], side[16], hex[2 * MAX_RECORD + 1];
    int opened = 0;

    while (fgets(line, sizeof(line), from) != NULL && strcmp(line, "done\n") != 0) {
        uint8_t record[MAX_RECORD];
        size_t len = 0;

        require(sscanf(line, "%31s %15s %15s %256s", way, epoch, side, hex) == 4 &&
                OPENSSL_hexstr2buf_ex(record, sizeof(record), &len, hex, '\0') > 0,
            "the program prints something else");
        open_record(record, len, strcmp(epoch, "application") == 0, strcmp(side, "server") == 0);
        opened++;
    }
    require(strcmp(line, "done\n") == 0, "the program has ended early");
    return opened;
}

/* ---- Memory ---- */

static void judge_memory(pid_t program)
{
    struct memory_secret wanted[SECRETS];
    size_t seen;
    int held = 0;

    for (int i = 0; i < SECRETS; i++)
        wanted[i] =
            (struct memory_secret){.name = names[i], .masked = secrets[i], .len = SIZE, .mask = 0};
    seen = memory_search(program, wanted, SECRETS);
    require(seen != 0, "the memory of the program cannot be read");
    for (int i = 0; i < SECRETS; i++) {
        if (wanted[i].in_plain)
            fprintf(stderr, "opaque_peer: the %s is in plain memory\n", names[i]);
        require(!wanted[i].in_plain, "a secret lies open");
        held += wanted[i].in_secure_heap;
    }
    /* Without these the search would prove nothing. */
    for (int i = HANDSHAKE; i < SECRETS; i++)
        require(i == MASTER_SALT || wanted[i].in_secure_heap, "a live secret is not found at all");
    printf("%d secrets of the schedule, %d held by the provider, none elsewhere in %zu KB\n",
        SECRETS, held, seen / 1024);
}

/* ---- The program ---- */

struct program {
    pid_t pid;
    FILE *to, *from;
};

static void start(struct program *program, char *argv[])
{
    int to[2], from[2];

    require(pipe(to) == 0 && pipe(from) == 0, "no pipe");
    program->pid = fork();
    require(program->pid >= 0, "no process");
    if (program->pid == 0) {
        (void)dup2(to[0], STDIN_FILENO);
        (void)dup2(from[1], STDOUT_FILENO);
        close(to[1]);
        close(from[0]);
        execv(argv[0], argv);
        _exit(127);
    }
    close(to[0]);
    close(from[1]);
    program->to = fdopen(to[1], "w");
    program->from = fdopen(from[0], "r");
    require(program->to != NULL && program->from != NULL, "no stream");
}

static void send_line(FILE *to, const uint8_t octets[SIZE])
{
    for (size_t i = 0; i < SIZE; i++)
        fprintf(to, "%02x", octets[i]);
    fprintf(to, "\n");
}

static void exchange(struct program *program)
{
    EVP_PKEY *own = EVP_PKEY_Q_keygen(NULL, NULL, "X25519");
    char line[128], hex[80];
    uint8_t share[SIZE];
    size_t len = 0;

    require(fgets(line, sizeof(line), program->from) != NULL &&
            sscanf(line, "share %79s", hex) == 1 &&
            OPENSSL_hexstr2buf_ex(share, sizeof(share), &len, hex, '\0') > 0 && len == SIZE,
        "no share");
    agree(own, share);
    require(EVP_PKEY_get_raw_public_key(own, share, &len) > 0, "X25519");
    for (int i = 0; i < 2; i++)
        require(EVP_Digest(&hex[i], 16, hashes[i], NULL, EVP_sha256(), NULL) > 0, "SHA-256");
    send_line(program->to, share);
    send_line(program->to, hashes[0]);
    send_line(program->to, hashes[1]);
    fflush(program->to);
    EVP_PKEY_free(own);
}

int main(int argc, char *argv[])
{
    struct program program;
    int status = 0, opened;

    require(argc >= 2, "usage: opaque_peer PROGRAM [ARGUMENT]...");
    start(&program, argv + 1);
    exchange(&program);
    compute_schedule();
    opened = open_records(program.from);
    judge_memory(program.pid);
    fclose(program.to);
    require(waitpid(program.pid, &status, 0) == program.pid && status == 0,
        "the program has not ended well");
    fclose(program.from);
    printf("%d records opened\n", opened);
    return opened == 4 || opened == 12 ? EXIT_SUCCESS : EXIT_FAILURE;
}
