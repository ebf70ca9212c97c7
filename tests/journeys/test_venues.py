"""The real program against a server that behaves as each provider documents; whichever providers there are."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import programs
from tests.feeds.venues import Venue, venue
from tests.servers import serving
from ticker_gui.feeds.registry import PROVIDERS

_TIMEOUT_S = 25.0


@contextlib.contextmanager
def streaming(url: str, provider: str, venue: Venue, settings: Path) -> Iterator[subprocess.Popen[str]]:
    symbols = json.dumps(venue.SYMBOLS.split(","))
    settings.write_text(
        f'[[feeds]]\nurl = "{url}{venue.PATH}"\nprovider = "{provider}"\nsymbols = {symbols}\n'
        f'key_env = "VENUE_KEY"\n{venue.SETTINGS}'
    )
    program = programs.start("stream", "--config", str(settings), VENUE_KEY=venue.KEY)
    end = threading.Timer(_TIMEOUT_S, program.kill)
    end.start()
    try:
        yield program
    finally:
        end.cancel()
        program.kill()
        program.wait()
        assert program.stdout
        program.stdout.close()
        assert program.stderr
        program.stderr.close()


def is_told(wanted: dict[str, Any], line: dict[str, Any]) -> bool:
    return all(line.get(key) == value for key, value in wanted.items())


@pytest.mark.parametrize("name", PROVIDERS)
def test_the_program_understands_each_provider(name: str, tmp_path: Path) -> None:
    it = venue(name)
    missing = list(it.LINES)
    seen: list[str] = []
    with serving(it.serve) as server, streaming(server.url, name, it, tmp_path / "venue.toml") as program:
        assert program.stdout
        for text in program.stdout:
            seen.append(text)
            line = json.loads(text)
            missing = [wanted for wanted in missing if not is_told(wanted, line)]
            if not missing:
                program.send_signal(signal.SIGINT)
                break
        assert not server.failures, server.failures
        assert not missing, "".join(seen)
        output, errors = program.communicate(timeout=10)
        assert (program.returncode, errors) == (130, "")
        assert '"bad_frame"' not in "".join([*seen, output])
