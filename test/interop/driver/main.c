/* SPDX-License-Identifier: Apache-2.0
 *
 *   ssl_driver client --port PORT --suite NUMBER[,NUMBER]... [OPTION]...
 *   ssl_driver server --suite NUMBER[,NUMBER]... [OPTION]...
 *   ssl_driver port                         prints a free port of 127.0.0.1
 *   ssl_driver lines N                      prints what --records N sends, for another peer
 *
 *   --port PORT             server: 0, the default, is any; it is printed
 *   --version 1.0|1.1|1.2|1.3   by default 1.2
 *   --dtls                  DTLS 1.2, or with --version 1.3 DTLS 1.3
 *   --no-ems                without extended master secret
 *   --resume                a second connection, which resumes the session of the first
 *   --cert FILE --key FILE  PEM; at the client, to be asked for
 *   --request-cert          server: ask for a certificate
 *   --psk HEX --identity ID for PSK suites and, in TLS 1.3, for every suite
 *   --group NUMBER          of key exchange, and no other
 *   --scheme NUMBER         of signatures, and no other
 *   --exporter LABEL[:CONTEXT]  print 32 bytes of keying material
 *   --send TEXT             client: a line to send, by default "hello"
 *   --expect TEXT           client: the line to get, by default the same
 *   --pcap FILE             write the TCP traffic as a capture
 *   --drop N                DTLS: the Nth datagram gets lost
 *   --lossy PERCENT         DTLS: so many datagrams get lost, and so many are overtaken
 *   --lossy-in PERCENT      the same for those that come
 *
 * TLS 1.3:
 *   --first-share NUMBER    client: the first ClientHello has the share of this group, and the one
 *                           of --group follows when the server asks for it
 *   --cookie                server: ask for the ClientHello again, with a cookie
 *   --psk-ke                use a PSK, of --psk or --resume, without (EC)DHE
 *   --early-data TEXT       0-RTT data in the second connection of --resume: the client sends the
 *                           text, the server wants to get it
 *   --key-update            before the data, change the key and ask the peer to do so
 *   --records N             DTLS: instead of lines, N records of data in each direction at once,
 *                           with the key update among them; those that get lost are not missed
 *
 * A client sends a line and waits for one; a server sends back the line it gets.  The exit status
 * is 0 when the peer's Finished and signatures, the data and every call were right.
 */
#include "certificates.h"
#include "connection.h"
#include "dtls13.h"
#include "ncryptssl/sslprovider_ext.h"
#include "transport.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LIFETIME = 30, MAX_RECORDS = 99999 };

static unsigned long parse_number(const char *text, unsigned long largest)
{
    char *end;
    const unsigned long value = strtoul(text, &end, 0);

    if (*text == '\0' || *end != '\0' || value > largest)
        fail("%s: no number, or too large a one", text);
    return value;
}

static void set_port(struct options *options, char *value)
{
    options->port = (uint16_t)parse_number(value, 0xFFFF);
}

static void set_suites(struct options *options, char *value)
{
    char *rest = NULL;

    for (char *one = strtok_r(value, ",", &rest); one != NULL; one = strtok_r(NULL, ",", &rest)) {
        if (options->suite_count == MAX_SUITES)
            fail("too many suites");
        options->suites[options->suite_count++] = (DWORD)parse_number(one, 0xFFFF);
    }
}

static void set_version(struct options *options, char *value)
{
    static const struct {
        const char *name;
        DWORD protocol;
    } versions[] = {{"1.0", TLS1_PROTOCOL_VERSION}, {"1.1", TLS1_1_PROTOCOL_VERSION},
        {"1.2", TLS1_2_PROTOCOL_VERSION}, {"1.3", TLS1_3_PROTOCOL_VERSION}};

    for (size_t i = 0; i < COUNT(versions); i++) {
        if (strcmp(versions[i].name, value) == 0) {
            options->protocol = versions[i].protocol;
            return;
        }
    }
    fail("%s: no version", value);
}

static void set_psk(struct options *options, char *value)
{
    const size_t len = strlen(value) / 2;

    if (len > sizeof(options->psk) || 2 * len != strlen(value))
        fail("--psk: no key");
    for (size_t i = 0; i < len; i++) {
        char byte[] = {'0', 'x', value[2 * i], value[2 * i + 1], '\0'};

        options->psk[i] = (uint8_t)parse_number(byte, 0xFF);
    }
    options->psk_len = len;
}

static void set_exporter(struct options *options, char *value)
{
    char *colon = strchr(value, ':');

    options->exporter = value;
    if (colon != NULL) {
        *colon = '\0';
        options->context = colon + 1;
    }
}

static void set_certificate(struct options *options, char *value)
{
    options->certificate = value;
}

static void set_key(struct options *options, char *value)
{
    options->key = value;
}

static void set_identity(struct options *options, char *value)
{
    options->identity = value;
}

static void set_group(struct options *options, char *value)
{
    options->group = (DWORD)parse_number(value, 0xFFFF);
}

static void set_scheme(struct options *options, char *value)
{
    options->scheme = (uint16_t)parse_number(value, 0xFFFF);
}

static void set_send(struct options *options, char *value)
{
    if (strlen(value) > MAX_FRAGMENT)
        fail("--send: too long");
    options->send = value;
}

static void set_expect(struct options *options, char *value)
{
    options->expect = value;
}

static void set_pcap(struct options *options, char *value)
{
    options->pcap = value;
}

static void set_drop(struct options *options, char *value)
{
    options->drop = (unsigned)parse_number(value, 1000);
}

static void set_lossy(struct options *options, char *value)
{
    options->lossy = (unsigned)parse_number(value, 50);
}

static void set_lossy_in(struct options *options, char *value)
{
    options->lossy_in = (unsigned)parse_number(value, 50);
}

static void set_records(struct options *options, char *value)
{
    options->records = (unsigned)parse_number(value, MAX_RECORDS);
}

static void set_first_share(struct options *options, char *value)
{
    options->first_share = (DWORD)parse_number(value, 0xFFFF);
}

static void set_early_data(struct options *options, char *value)
{
    if (strlen(value) > MAX_FRAGMENT)
        fail("--early-data: too long");
    options->early_data = value;
}

static void set_cookie(struct options *options, char *value)
{
    (void)value;
    options->cookie = true;
}

static void set_psk_ke(struct options *options, char *value)
{
    (void)value;
    options->psk_ke = true;
}

static void set_key_update(struct options *options, char *value)
{
    (void)value;
    options->key_update = true;
}

static void set_dtls(struct options *options, char *value)
{
    (void)value;
    options->dtls = true;
}

static void set_no_ems(struct options *options, char *value)
{
    (void)value;
    options->ems = false;
}

static void set_resume(struct options *options, char *value)
{
    (void)value;
    options->resume = true;
}

static void set_request(struct options *options, char *value)
{
    (void)value;
    options->request_client = true;
}

static const struct {
    const char *name;
    bool has_value;
    void (*set)(struct options *options, char *value);
} known_options[] = {
    {"--port", true, set_port},
    {"--suite", true, set_suites},
    {"--version", true, set_version},
    {"--dtls", false, set_dtls},
    {"--no-ems", false, set_no_ems},
    {"--resume", false, set_resume},
    {"--cert", true, set_certificate},
    {"--key", true, set_key},
    {"--request-cert", false, set_request},
    {"--psk", true, set_psk},
    {"--identity", true, set_identity},
    {"--group", true, set_group},
    {"--scheme", true, set_scheme},
    {"--exporter", true, set_exporter},
    {"--send", true, set_send},
    {"--expect", true, set_expect},
    {"--pcap", true, set_pcap},
    {"--drop", true, set_drop},
    {"--lossy", true, set_lossy},
    {"--lossy-in", true, set_lossy_in},
    {"--records", true, set_records},
    {"--first-share", true, set_first_share},
    {"--cookie", false, set_cookie},
    {"--psk-ke", false, set_psk_ke},
    {"--early-data", true, set_early_data},
    {"--key-update", false, set_key_update},
};

/* Applies an option; returns the number of words it takes. */
static int apply_option(struct options *options, int left, char *words[])
{
    for (size_t i = 0; i < COUNT(known_options); i++) {
        if (strcmp(known_options[i].name, words[0]) != 0)
            continue;
        if (known_options[i].has_value && left < 2)
            fail("%s: a value is missing", words[0]);
        known_options[i].set(options, known_options[i].has_value ? words[1] : NULL);
        return known_options[i].has_value ? 2 : 1;
    }
    fail("%s: unknown", words[0]);
}

/* DTLS has two versions here. */
static void choose_dtls(struct options *options)
{
    const bool newer = options->protocol == TLS1_3_PROTOCOL_VERSION;

    if (options->dtls)
        options->protocol = newer ? DTLS1_3_PROTOCOL_VERSION : DTLS1_2_PROTOCOL_VERSION;
    if (options->records > 0 && (!options->dtls || !newer))
        fail("--records is for DTLS 1.3");
    if (options->dtls && newer && (options->psk_len > 0 || options->early_data != NULL))
        fail("--psk and --early-data are not for DTLS 1.3");
}

static void parse_command_line(struct options *options, int count, char *words[])
{
    if (count < 2 || (strcmp(words[1], "client") != 0 && strcmp(words[1], "server") != 0))
        fail("the first argument is client, server or port");
    options->server = strcmp(words[1], "server") == 0;
    for (int at = 2; at < count;)
        at += apply_option(options, count - at, words + at);
    choose_dtls(options);
    if (options->suite_count == 0)
        fail("--suite is missing");
    if ((options->certificate == NULL) != (options->key == NULL))
        fail("--cert and --key belong together");
    if (options->expect == NULL)
        options->expect = options->send;
}

static void run_connections(const struct options *options, NCRYPT_PROV_HANDLE provider)
{
    const int listener = options->server ? socket_listen(options) : -1;
    struct session session = {.id_len = 0};

    for (int i = 0; i < (options->resume ? 2 : 1); i++) {
        const int peer =
            options->server ? socket_accept(options, listener) : socket_connect(options);

        connection_run(options, provider, &session, peer);
    }
    free_handle(&session.master_key);
    free_handle(&session.pre_shared_key);
    if (listener >= 0)
        (void)close(listener);
}

int main(int argc, char *argv[])
{
    static struct options options = {
        .ems = true, .protocol = TLS1_2_PROTOCOL_VERSION, .identity = "driver", .send = "hello"};
    NCRYPT_PROV_HANDLE provider = 0;

    if (argc == 2 && strcmp(argv[1], "port") == 0) {
        printf("%u\n", (unsigned)socket_free_port());
        return 0;
    }
    if (argc == 3 && strcmp(argv[1], "lines") == 0) {
        dtls13_print_lines((unsigned)parse_number(argv[2], MAX_RECORDS));
        return 0;
    }
    parse_command_line(&options, argc, argv);
    (void)alarm(LIFETIME);
    check(SslOpenProvider(&provider, MS_SCHANNEL_PROVIDER, 0), "SslOpenProvider");
    if (options.pcap != NULL)
        pcap_open(options.pcap, options.port);
    run_connections(&options, provider);
    pcap_close();
    certificate_free();
    free_handle(&provider);
    printf("result ok\n");
    return 0;
}
