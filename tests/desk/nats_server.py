"""A real NATS server for the tests: its own process on loopback, which is terminated by its id."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import ClassVar

import pytest

from tests.ports import free_port

_PATH = "/usr/sbin:/usr/local/bin:/usr/bin"
EXECUTABLE = shutil.which("nats-server") or shutil.which("nats-server", path=_PATH)
needs_nats_server = pytest.mark.skipif(EXECUTABLE is None, reason="nats-server is not installed")
_TIMEOUT_S = 20.0


class NatsServer:
    """A server that can be killed and started again with the data that it has stored."""

    scheme, websocket_scheme = "nats", "ws"
    environment: ClassVar[dict[str, str]] = {}

    def __init__(self, folder: Path, extra: str = "") -> None:
        self.port, self.websocket_port = free_port(), free_port()
        self._folder = folder
        self._config = folder / "nats.conf"
        self._log = folder / "nats.log"
        self._config.write_text(self.config(extra), "utf-8")
        self._process: subprocess.Popen[bytes] | None = None

    def config(self, extra: str) -> str:
        """Return the configuration."""
        return (
            f"host: 127.0.0.1\nport: {self.port}\njetstream {{ store_dir: store }}\n"
            f"websocket {{ host: 127.0.0.1, port: {self.websocket_port}, no_tls: true, compression: false }}\n"
            f"{extra}\n"
        )

    @property
    def url(self) -> str:
        """The address for publishers."""
        return f"{self.scheme}://127.0.0.1:{self.port}"

    @property
    def websocket_url(self) -> str:
        """The address for desktops."""
        return f"{self.websocket_scheme}://127.0.0.1:{self.websocket_port}"

    @property
    def pid(self) -> int:
        """The id of the process."""
        assert self._process is not None
        return self._process.pid

    @property
    def log(self) -> str:
        """What the server has logged."""
        return self._log.read_text("utf-8")

    def start(self) -> None:
        """Start the process and wait until it accepts connections."""
        assert EXECUTABLE is not None
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [EXECUTABLE, "-c", str(self._config)],
                cwd=self._folder,
                env=os.environ | self.environment,
                stdout=log,
                stderr=log,
            )
        deadline_s = time.monotonic() + _TIMEOUT_S
        for port in (self.port, self.websocket_port):
            while not _accepts(port):
                assert time.monotonic() < deadline_s, self.log
                time.sleep(0.02)

    def kill(self) -> None:
        """Kill the process as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(_TIMEOUT_S)
            self._process = None


def _accepts(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 0.5).close()
    except OSError:
        return False
    return True
