"""`demo-server` as a process."""

from __future__ import annotations

import signal

from tests import programs


def test_the_demo_server_serves_until_it_is_ended() -> None:
    with programs.start("demo-server", "--port", "0", "--rate", "500", "--symbols", "FOO") as server:
        assert server.stdout is not None
        url = server.stdout.readline().split()[-1]
        result = programs.call("stream", "--url", url, "--provider", "demo", "--symbols", "FOO,NOPE", "--count", "450")
        server.send_signal(signal.SIGTERM)
        _, errors = server.communicate(timeout=150)
    assert (server.returncode, errors) == (0, "")
    assert (result.returncode, result.stderr) == (0, "")
    lines = programs.lines(result.stdout)
    assert sum(line["event"] != "reply" for line in lines) == 450
    assert {"event": "reply", "feed": "demo", "ok": False, "symbols": ["NOPE"], "message": "not listed here"} in lines
