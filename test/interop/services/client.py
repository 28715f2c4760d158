# SPDX-License-Identifier: Apache-2.0
#
# A client of the services: so many connections, each with a full handshake, by turns of TLS 1.2 and 1.3,
# and a question in the protocol of the service that must be answered.
#
#   python3 client.py PROTOCOL PORT CERTIFICATE CONNECTIONS
#
# It waits until the service listens.  The exit status is 3 where a handshake fails.
import socket
import ssl
import struct
import sys
import time

START_SECONDS = 20
ANSWER_SECONDS = 20


def expect(answer, beginning):
    if not answer.startswith(beginning):
        raise RuntimeError(f'answer {answer[:80]!r}, not {beginning!r}')


def read_line(stream):
    line = b''
    while not line.endswith(b'\n'):
        byte = stream.recv(1)
        if not byte:
            raise RuntimeError(f'the connection ends after {line!r}')
        line += byte
    return line


def read_exactly(stream, size):
    data = b''
    while len(data) < size:
        part = stream.recv(size - len(data))
        if not part:
            raise RuntimeError(f'the connection ends after {data!r}')
        data += part
    return data


def read_all(stream):
    data = b''
    while part := stream.recv(4096):
        data += part
    return data


def https(tls):
    tls.sendall(b'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
    expect(read_all(tls), b'HTTP/1.1 200 ')


def http2(tls):
    """One stream (RFC 9113) with fields of the static table of RFC 7541, appendix A."""
    if tls.selected_alpn_protocol() != 'h2':
        raise RuntimeError('the service does not offer HTTP/2')
    fields = b'\x82\x87\x84\x01\x09localhost'  # GET, https, /, :authority
    settings = b'\0\0\0\x04\0\0\0\0\0'
    headers = struct.pack('>I', len(fields))[1:] + b'\x01\x05\0\0\0\x01' + fields
    tls.sendall(b'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n' + settings + headers)
    while True:
        head = read_exactly(tls, 9)
        payload = read_exactly(tls, int.from_bytes(head[:3], 'big'))
        if head[3] == 1:  # HEADERS
            # A change of the table's size may come first (RFC 7541, section 6.3).
            while payload[0] & 0xe0 == 0x20:
                payload = payload[1:]
            expect(payload, b'\x88')  # :status 200
            return


def echo(tls):
    tls.sendall(b'a line there\n')
    expect(read_line(tls), b'a line there')


def redis(tls):
    tls.sendall(b'PING\r\n')
    expect(read_line(tls), b'+PONG')


def imap(tls):
    expect(read_line(tls), b'* OK')
    tls.sendall(b'a LOGOUT\r\n')
    expect(read_line(tls), b'* BYE')
    expect(read_line(tls), b'a OK')


def smtp_reply(stream):
    while (line := read_line(stream))[3:4] == b'-':
        pass
    return line


def smtp_start(plain):
    expect(smtp_reply(plain), b'220 ')
    plain.sendall(b'EHLO localhost\r\n')
    expect(smtp_reply(plain), b'250 ')
    plain.sendall(b'STARTTLS\r\n')
    expect(smtp_reply(plain), b'220 ')


def smtp(tls):
    tls.sendall(b'EHLO localhost\r\n')
    expect(smtp_reply(tls), b'250 ')
    tls.sendall(b'QUIT\r\n')
    expect(smtp_reply(tls), b'221 ')


def postgres_start(plain):
    plain.sendall(struct.pack('>II', 8, 80877103))
    expect(read_exactly(plain, 1), b'S')


def postgres(tls):
    start = struct.pack('>I', 196608) + b'user\0postgres\0database\0postgres\0\0'
    tls.sendall(struct.pack('>I', len(start) + 4) + start)
    expect(read_exactly(tls, 9), b'R\0\0\0\x08\0\0\0\0')  # no password is asked for
    query = b'select 6 * 7\0'
    tls.sendall(b'Q' + struct.pack('>I', len(query) + 4) + query)
    answer = b''
    while True:
        head = read_exactly(tls, 5)
        body = read_exactly(tls, int.from_bytes(head[1:], 'big') - 4)
        if head[:1] == b'D':
            answer = body
        elif head[:1] == b'Z' and answer:
            break
        elif head[:1] == b'E':
            raise RuntimeError(body)
    expect(answer[-2:], b'42')
    tls.sendall(b'X\0\0\0\x04')
    read_all(tls)


def dns(tls):
    """A question for the address of localhost, over TLS (RFC 7858)."""
    question = b'\x12\x34\x01\0\0\x01\0\0\0\0\0\0\x09localhost\0\0\x01\0\x01'
    tls.sendall(struct.pack('>H', len(question)) + question)
    answer = read_exactly(tls, int.from_bytes(read_exactly(tls, 2), 'big'))
    expect(answer[:2], question[:2])
    expect(answer[-4:], bytes([127, 0, 0, 1]))


# What is said before the handshake, and after it.
PROTOCOLS = {
    'https': (None, https),
    'http2': (None, http2),
    'echo': (None, echo),
    'redis': (None, redis),
    'imap': (None, imap),
    'smtp': (smtp_start, smtp),
    'postgres': (postgres_start, postgres),
    'dns': (None, dns),
}


def connect(port):
    """A TCP connection, of a service that may not listen yet."""
    end = time.monotonic() + START_SECONDS
    while True:
        try:
            return socket.create_connection(('127.0.0.1', port), ANSWER_SECONDS)
        except ConnectionRefusedError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


def context(version, certificate, protocol):
    made = ssl.create_default_context(cafile=certificate)
    made.minimum_version = made.maximum_version = version
    if protocol == 'http2':
        made.set_alpn_protocols(['h2'])
    return made


def main():
    protocol, port, certificate, connections = sys.argv[1:]
    before, after = PROTOCOLS[protocol]
    contexts = [context(version, certificate, protocol)
                for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)]
    for number in range(int(connections)):
        with connect(int(port)) as plain:
            if before:
                before(plain)
            try:
                tls = contexts[number % 2].wrap_socket(plain, server_hostname='localhost')
            except (ssl.SSLError, ConnectionError) as error:
                print(f'connection {number}: the handshake failed: {error}')
                sys.exit(3)
            with tls:
                try:
                    after(tls)
                except ssl.SSLError as error:
                    # With TLS 1.3 a server that finds the client's Finished wrong says so only now.
                    print(f'connection {number}: the handshake failed: {error}')
                    sys.exit(3)


main()
