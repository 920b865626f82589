"""A web server on this machine that hands out one model archive, with the faults that a test asks for."""

from __future__ import annotations

import io
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from voice.recognisers.models import Download

NAME = "vosk-model-tiny-xx"
MODEL_FILES = {f"{NAME}/am/final.mdl": b"weights" * 9000, f"{NAME}/conf/model.conf": b"--a\n", f"{NAME}/README": b"Hello"}


def zipped(files: dict[str, bytes]) -> bytes:
    """An archive of these files, stored as they are so that its size is no accident."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def entry(archive: bytes, name: str = NAME) -> Download:
    """The catalogue entry of an archive."""
    return Download("xx", name, len(archive), sha256(archive).hexdigest(), "CC0-1.0")


@dataclass
class ModelServer:
    """`status` and `body` answer in place of the archive; `break_after` bytes the line goes dead, once; `resumes`: knows Range."""

    archive: bytes
    status: int = 200
    body: bytes | None = None
    break_after: int | None = None
    resumes: bool = True
    url: str = ""
    asked: list[str] = field(default_factory=list)  # the Range header of each request, "" without one

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        wanted = request.headers.get("Range", "")
        self.asked.append(wanted)
        body = self.archive if self.body is None else self.body
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and self.resumes else 0
        status = 206 if start and self.status == 200 else self.status
        request.send_response(status)
        request.send_header("Content-Length", str(len(body) - start))
        request.end_headers()
        rest, self.break_after = body[start:][: self.break_after], None
        request.wfile.write(rest)


@contextmanager
def serving(server: ModelServer) -> Iterator[ModelServer]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            server.answer(self)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """The other side hung up: that is what some tests are about."""

    http = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    server.url = f"http://127.0.0.1:{http.server_address[1]}/vosk/models/"
    try:
        yield server
    finally:
        http.shutdown()
        thread.join()
        http.server_close()
