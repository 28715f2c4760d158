# SPDX-License-Identifier: Apache-2.0
#
# Python's ssl as programs use it: a default context, and a handshake in memory.
#
#   python3 handshake.py CERTIFICATE KEY
import ssl
import sys

certificate, key = sys.argv[1:]


def peer(context, **role):
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    return context.wrap_bio(incoming, outgoing, **role), incoming, outgoing


def advance(side):
    try:
        side.do_handshake()
        return True
    except ssl.SSLWantReadError:
        return False


client_context = ssl.create_default_context(cafile=certificate)
server_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
server_context.load_cert_chain(certificate, key)
client, client_in, client_out = peer(client_context, server_hostname='localhost')
server, server_in, server_out = peer(server_context, server_side=True)

for _ in range(10):
    client_done = advance(client)
    server_in.write(client_out.read())
    server_done = advance(server)
    client_in.write(server_out.read())
    if client_done and server_done:
        break
server.write(b'an answer')
client_in.write(server_out.read())
print(client.version(), client.read().decode())
