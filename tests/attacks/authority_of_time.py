"""An authority of time on this machine: OpenSSL's own, behind HTTP, with faults."""

from __future__ import annotations

import subprocess
import threading
from base64 import b64encode
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

_CONFIG = """
[req]
distinguished_name = name
prompt = no
[name]
CN = {name}
[ca]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign
[stamp]
basicConstraints = CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[tsa]
default_tsa = own
[own]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
accuracy = secs:1
"""


class AuthorityOfTime:
    """`roots` is what to trust. `fault`: "" for none, else an HTTP status, `garbage`, or `replay` of the first answer. With
    `password`, whoever gives none gets 401. `seen` are the bytes of the requests."""

    def __init__(self, folder: Path, name: str = "TSA") -> None:
        folder.mkdir(parents=True)
        self.folder, self.fault, self.password, self.seen = folder, "", "", list[bytes]()
        self._answers: list[bytes] = []
        self.roots = folder / "ca.pem"
        (folder / "tsa.cnf").write_text(_CONFIG.format(folder=folder, name=name), "utf-8")
        (folder / "serial").write_text("01\n", "utf-8")
        self._certify()
        self.server = HTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server.server_port}"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self._thread.join()

    def _openssl(self, *arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True, timeout=30)

    def _certify(self) -> None:
        new = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-config", "tsa.cnf")
        self._openssl("req", "-x509", *new, "-keyout", "ca.key", "-out", "ca.pem", "-days", "9", "-extensions", "ca")
        self._openssl("req", *new, "-subj", "/CN=stamps", "-keyout", "tsa.key", "-out", "tsa.csr")
        sign = (
            "-CA",
            "ca.pem",
            "-CAkey",
            "ca.key",
            "-CAcreateserial",
            "-days",
            "9",
            "-extfile",
            "tsa.cnf",
            "-extensions",
            "stamp",
        )
        self._openssl("x509", "-req", "-in", "tsa.csr", *sign, "-out", "tsa.pem")

    def _answer(self, query: bytes) -> bytes:
        if self.fault == "garbage":
            return b"<html>503</html>"
        if self.fault == "replay":
            return self._answers[0]
        (self.folder / "query.tsq").write_bytes(query)
        self._openssl("ts", "-reply", "-config", "tsa.cnf", "-section", "own", "-queryfile", "query.tsq", "-out", "reply.tsr")
        self._answers.append((self.folder / "reply.tsr").read_bytes())
        return self._answers[-1]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        tsa = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                query = self.rfile.read(int(self.headers["Content-Length"]))
                tsa.seen.append(query)
                asked = self.headers.get("Authorization", "")
                known = not tsa.password or asked == f"Basic {b64encode(tsa.password.encode()).decode()}"
                status = int(tsa.fault) if tsa.fault.isdigit() else 200 if known else 401
                body = tsa._answer(query) if status == 200 else b""
                self.send_response(status)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        return Handler
