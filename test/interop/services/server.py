# SPDX-License-Identifier: Apache-2.0
#
# A server of Python's ssl: it answers each connection in a thread of its own, until SIGTERM.
#
#   python3 server.py PORT CERTIFICATE KEY
import http.server
import signal
import ssl
import sys


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def setup(self):
        # Here and not where connections are accepted: one that fails must end its thread alone.
        self.request.settimeout(20)
        self.request = context.wrap_socket(self.request, server_side=True)
        super().setup()

    def do_GET(self):
        body = self.request.version().encode()
        self.send_response(200)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 64

    def shutdown_request(self, request):
        request.close()  # which wrap_socket has detached


def end(*_):
    raise SystemExit(0)


port, certificate, key = sys.argv[1:]
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate, key)
signal.signal(signal.SIGTERM, end)
Server(('127.0.0.1', int(port)), Handler).serve_forever()
