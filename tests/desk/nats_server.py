"""A real NATS server for the tests: its own process on loopback, which is terminated by its id."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest

_PATH = "/usr/sbin:/usr/local/bin:/usr/bin"
EXECUTABLE = shutil.which("nats-server") or shutil.which("nats-server", path=_PATH)
needs_nats_server = pytest.mark.skipif(EXECUTABLE is None, reason="nats-server is not installed")
_TIMEOUT_S = 20.0


class NatsServer:
    """A server that can be killed and started again with the data that it has stored."""

    def __init__(self, folder: Path, extra: str = "") -> None:
        self.port, self.websocket_port = _free_port(), _free_port()
        self._config = folder / "nats.conf"
        self._log = folder / "nats.log"
        self._config.write_text(
            f'host: 127.0.0.1\nport: {self.port}\njetstream {{ store_dir: "{folder / "store"}" }}\n'
            f"websocket {{ host: 127.0.0.1, port: {self.websocket_port}, no_tls: true, compression: false }}\n"
            f"{extra}\n",
            "utf-8",
        )
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address for publishers."""
        return f"nats://127.0.0.1:{self.port}"

    @property
    def websocket_url(self) -> str:
        """The address for desktops."""
        return f"ws://127.0.0.1:{self.websocket_port}"

    def start(self) -> None:
        """Start the process and wait until it accepts connections."""
        assert EXECUTABLE is not None
        with self._log.open("ab") as log:
            self._process = subprocess.Popen([EXECUTABLE, "-c", str(self._config)], stdout=log, stderr=log)
        deadline_s = time.monotonic() + _TIMEOUT_S
        for port in (self.port, self.websocket_port):
            while not _accepts(port):
                assert time.monotonic() < deadline_s, self._log.read_text("utf-8")
                time.sleep(0.02)

    def kill(self) -> None:
        """Kill the process as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(_TIMEOUT_S)
            self._process = None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _accepts(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 0.5).close()
    except OSError:
        return False
    return True
