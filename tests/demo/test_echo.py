from __future__ import annotations

from collections.abc import AsyncIterator

from tests.conftest import RunQt
from ticker_gui.demo.echo import echo


def test_each_message_is_returned_before_the_next_is_read(run: RunQt) -> None:
    log: list[tuple[str, str | bytes]] = []

    async def messages() -> AsyncIterator[str | bytes]:
        for message in ("text", b"\xff\0", ""):
            log.append(("in", message))
            yield message

    async def send(message: str | bytes) -> None:
        log.append(("out", message))

    run(echo(messages(), send))
    assert log == [(way, message) for message in ("text", b"\xff\0", "") for way in ("in", "out")]
