"""The Gateway role: users come in by HTTPS and are passed on to the Session Manager, administrators to
admin_host. That is the second place with the Session Manager's address [I]; one that was forgotten at the
cut-over shows here as 502 for the console while everything else works.
"""
import http.client
import http.server
import os
import socket
import ssl
import threading

CERTIFICATE = "/etc/ovd/slaveserver/gateway.pem"
PASSED_ON = {"content-type", "cookie", "authorization", "accept"}
PASSED_BACK = {"content-type", "set-cookie", "www-authenticate"}


def handler(manager, admin_host):
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE

    class Gateway(http.server.BaseHTTPRequestHandler):
        timeout = 20

        def log_message(self, *args):
            pass

        def forward(self):
            if self.path.startswith("/ovd/admin"):
                host = admin_host
            elif self.path.startswith(("/ovd/client/", "/ovd/service/")):
                host = manager
            else:
                self.send_error(404)
                return
            try:
                length = int(self.headers.get("Content-Length") or 0)
                connection = http.client.HTTPSConnection(host, timeout=5, context=context)
                headers = {k: v for k, v in self.headers.items() if k.lower() in PASSED_ON}
                connection.request(self.command, self.path, self.rfile.read(length), headers)
                answer = connection.getresponse()
                body = answer.read()
            except (OSError, ValueError, http.client.HTTPException):
                self.send_error(502)
                return
            self.send_response(answer.status)
            for key, value in answer.getheaders():
                if key.lower() in PASSED_BACK:
                    self.send_header(key, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = forward

    return Gateway


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port, requests):
        super().__init__(("", port), requests)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(CERTIFICATE)

    def server_bind(self):
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_name, self.server_port = "gateway", self.server_address[1]

    # The handshake belongs to the request's thread: a silent client must not hold up the others.
    def finish_request(self, request, client_address):
        request.settimeout(20)
        with self.context.wrap_socket(request, server_side=True) as tls:
            super().finish_request(tls, client_address)

    def handle_error(self, request, client_address):
        pass


def start(manager, admin_host, port):
    if not os.path.exists(CERTIFICATE):
        raise OSError(f"{CERTIFICATE} is missing")
    server = Server(port, handler(manager, admin_host))
    threading.Thread(target=server.serve_forever, daemon=True).start()
