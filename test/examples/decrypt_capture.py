# SPDX-License-Identifier: Apache-2.0
"""Prints the application data of a captured TLS connection, with the secrets of its key log.

    python3 decrypt_capture.py CAPTURE.pcap KEYLOG [--keys]

The capture is a classic pcap file with TCP, the key log what SSLKEYLOGFILE names.  SSL 3.0 to TLS 1.3
are read (SSL 3.0 where ncryptssl(7) allows it), with a HelloRetryRequest and KeyUpdate; early data is
not.  --keys prints the keys of the data in the place of it, from the KDF SSL-SESSION-KEYS.
"""
import hashlib
import struct
import sys

import ncryptssl

HANDSHAKE, APPLICATION_DATA, CHANGE_CIPHER_SPEC = 22, 23, 20
CLIENT_HELLO, SERVER_HELLO, FINISHED, KEY_UPDATE = 1, 2, 20, 24
ENCRYPT_THEN_MAC, SUPPORTED_VERSIONS = 22, 43
TLS13 = 0x0304
HELLO_RETRY_REQUEST = hashlib.sha256(b"HelloRetryRequest").digest()  # RFC 8446 section 4.1.3
PROTOCOL_NAMES = {0x0300: "SSLv3", 0x0301: "TLSv1", 0x0302: "TLSv1.1", 0x0303: "TLSv1.2",
                  0x0304: "TLSv1.3"}
LINK_HEADERS = {0: 4, 1: 14, 101: 0, 113: 16}  # BSD loopback, Ethernet, raw IP, Linux cooked


# --- From packets to records --------------------------------------------------------------------
def tcp_packets(data):
    order = "<" if data[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
    magic, link = struct.unpack(order + "I16xI", data[:24])
    if magic not in (0xA1B2C3D4, 0xA1B23C4D) or link not in LINK_HEADERS:
        raise ValueError("not a pcap file, or of an unknown kind of link")
    at = 24
    while at + 16 <= len(data):
        length = struct.unpack(order + "8xI4x", data[at:at + 16])[0]
        packet = data[at + 16 + LINK_HEADERS[link]:at + 16 + length]
        at += 16 + length
        if packet[:1] and packet[0] >> 4 == 4 and packet[9] == 6:
            source, destination = packet[12:16], packet[16:20]
            packet = packet[4 * (packet[0] & 15):struct.unpack(">H", packet[2:4])[0]]
        elif packet[:1] and packet[0] >> 4 == 6 and packet[6] == 6:
            source, destination = packet[8:24], packet[24:40]
            packet = packet[40:40 + struct.unpack(">H", packet[4:6])[0]]
        else:
            continue
        ports, sequence, offset, flags = packet[:4], *struct.unpack(">I4xBB", packet[4:14])
        yield ((source + ports[:2], destination + ports[2:]), sequence, flags,
               packet[4 * (offset >> 4):])


def connections(data):
    """The bytes of client and server, for each connection, in the order of the first packets."""
    streams, found = {}, []
    for (source, destination), sequence, flags, payload in tcp_packets(data):
        if flags & 0x12 == 2:  # SYN without ACK: the client begins
            streams[source, destination] = {"first": sequence + 1, "segments": {}}
            found.append((source, destination))
        elif flags & 2:
            streams[source, destination] = {"first": sequence + 1, "segments": {}}
        elif payload and (source, destination) in streams:
            stream = streams[source, destination]
            place = (sequence - stream["first"]) & 0xFFFFFFFF
            if len(payload) > len(stream["segments"].get(place, b"")):
                stream["segments"][place] = payload
    for client, server in found:
        yield [together(streams.get(path, {"segments": {}})["segments"])
               for path in ((client, server), (server, client))]


def together(segments):
    data = b""
    for place, payload in sorted(segments.items()):
        if place > len(data):
            raise ValueError("a packet is missing")
        data += payload[len(data) - place:]
    return data


def records(stream):
    while len(stream) >= 5:
        length = 5 + struct.unpack(">H", stream[3:5])[0]
        yield stream[0], stream[:length]
        stream = stream[length:]


def messages(data):
    while len(data) >= 4:
        length = 4 + int.from_bytes(data[1:4], "big")
        if len(data) < length:
            return
        yield data[0], data[4:length]
        data = data[length:]


# --- The handshake, as far as it is in clear ----------------------------------------------------
def clear_messages(stream):
    """The handshake messages before ChangeCipherSpec; after a HelloRetryRequest it means nothing."""
    data = b""
    for kind, record in records(stream):
        if kind == HANDSHAKE:
            data += record[5:]
        elif data[6:38] != HELLO_RETRY_REQUEST:
            break
    return list(messages(data))


def read_hellos(client, server):
    hello = {}
    for kind, body in clear_messages(client):
        if kind == CLIENT_HELLO:
            hello["client_random"] = body[2:34]
    for kind, body in clear_messages(server):
        if kind != SERVER_HELLO:
            continue
        at = 35 + body[34]
        hello.update(protocol=int.from_bytes(body[:2], "big"), server_random=body[2:34],
                     suite=int.from_bytes(body[at:at + 2], "big"), encrypt_then_mac=False)
        at += 5  # suite, compression method, length of the extensions
        while at + 4 <= len(body):
            extension, length = struct.unpack(">HH", body[at:at + 4])
            if extension == SUPPORTED_VERSIONS:
                hello["protocol"] = int.from_bytes(body[at + 4:at + 6], "big")
            elif extension == ENCRYPT_THEN_MAC:
                hello["encrypt_then_mac"] = True
            at += 4 + length
    if "suite" not in hello or "client_random" not in hello:
        raise ValueError("no ClientHello and ServerHello found")
    return hello


def read_key_log(text):
    secrets = {}
    for line in text.splitlines():
        words = line.split()
        if len(words) == 3 and not line.startswith("#"):
            secrets[words[0], bytes.fromhex(words[1])] = bytes.fromhex(words[2])
    return secrets


def secret_of(secrets, hello, label):
    try:
        return secrets[label, hello["client_random"]]
    except KeyError:
        raise ValueError(f"the key log has no {label} of this connection") from None


# --- Records of TLS 1.2 and older ---------------------------------------------------------------
def read_tls12(provider, hello, secrets, stream, side):
    """What a side sent is read with the read key of the other."""
    reader = ncryptssl.NCRYPT_SSL_SERVER_FLAG if side == "client" else ncryptssl.NCRYPT_SSL_CLIENT_FLAG
    if hello["encrypt_then_mac"]:
        reader |= ncryptssl.NCRYPTSSL_ENCRYPT_THEN_MAC
    master_key = provider.import_secret(
        ncryptssl.NCRYPTSSL_KIND_MASTER_KEY, hello["protocol"], hello["suite"], reader,
        secret_of(secrets, hello, "CLIENT_RANDOM"))
    read_key, _ = provider.session_keys(master_key, hello["client_random"], hello["server_random"])
    sequence, text = None, b""
    for kind, record in records(stream):
        if kind == CHANGE_CIPHER_SPEC:
            sequence = 0
        elif sequence is not None:
            fragment = provider.decrypt(read_key, record, sequence)
            sequence += 1
            if kind == APPLICATION_DATA:
                text += fragment
    return text


# --- Records of TLS 1.3 -------------------------------------------------------------------------
def read_tls13(provider, hello, secrets, stream, side):
    """First the handshake keys, and after Finished those of the application."""
    def traffic_secret(label):
        return provider.import_secret(
            ncryptssl.NCRYPTSSL_KIND_TRAFFIC_SECRET, TLS13, hello["suite"],
            ncryptssl.NCRYPT_SSL_CLIENT_FLAG, secret_of(secrets, hello, side.upper() + label))

    secret = traffic_secret("_HANDSHAKE_TRAFFIC_SECRET")
    key, sequence, handshake, text = provider.write_key(secret), 0, b"", b""
    for kind, record in records(stream):
        if kind != APPLICATION_DATA:
            continue
        inner = provider.decrypt(key, record, sequence).rstrip(b"\0")
        sequence += 1
        if inner[-1] == APPLICATION_DATA:
            text += inner[:-1]
        elif inner[-1] == HANDSHAKE:
            handshake += inner[:-1]
            for message, body in messages(handshake):
                handshake = handshake[4 + len(body):]
                if message == FINISHED:
                    secret = traffic_secret("_TRAFFIC_SECRET_0")
                elif message == KEY_UPDATE:
                    secret = provider.next_traffic_secret(secret)
                if message in (FINISHED, KEY_UPDATE):
                    key, sequence = provider.write_key(secret), 0
    return text


def application_key(provider, hello, secrets, side):
    """The key that a side encrypts application data with, by EVP_KDF."""
    suite = provider.cipher_suite(hello["protocol"], hello["suite"])
    inputs = {"protocol": PROTOCOL_NAMES[hello["protocol"]], "cipher_suite": hex(hello["suite"])}
    if hello["protocol"] == TLS13:
        inputs.update(output="key",
                      secret=secret_of(secrets, hello, side.upper() + "_TRAFFIC_SECRET_0"))
    else:
        inputs.update(output=side + "-key", secret=secret_of(secrets, hello, "CLIENT_RANDOM"),
                      client_random=hello["client_random"], server_random=hello["server_random"])
    return ncryptssl.derive("SSL-SESSION-KEYS", suite.dwCipherLen // 8, **inputs)


def main():
    arguments = [argument for argument in sys.argv[1:] if argument != "--keys"]
    if len(arguments) != 2:
        sys.exit(__doc__)
    with open(arguments[0], "rb") as file:
        capture = file.read()
    with open(arguments[1], encoding="ascii") as file:
        secrets = read_key_log(file.read())
    with ncryptssl.Provider() as provider:
        for number, streams in enumerate(connections(capture), 1):
            hello = read_hellos(*streams)
            for side, stream in zip(("client", "server"), streams):
                print(f"-- connection {number}, {side}", flush=True)
                if "--keys" in sys.argv:
                    print(application_key(provider, hello, secrets, side).hex(), flush=True)
                    continue
                read = read_tls13 if hello["protocol"] == TLS13 else read_tls12
                sys.stdout.buffer.write(read(provider, hello, secrets, stream, side) + b"\n")
                sys.stdout.buffer.flush()


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError, ncryptssl.SslError) as error:
        sys.exit(f"decrypt_capture: {error}")
