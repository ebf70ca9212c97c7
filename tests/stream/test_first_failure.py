from __future__ import annotations

import asyncio

import pytest

from tests.conftest import RunQt
from ticker_gui.domain.errors import ConnectionLost
from ticker_gui.stream.first_failure import first_failure


def test_the_first_error_is_raised_after_the_other_parts_have_ended(run: RunQt) -> None:
    async def test() -> None:
        ended: list[str] = []

        async def wait_forever() -> None:
            try:
                await asyncio.Event().wait()
            finally:
                ended.append("other")

        async def fail() -> None:
            await asyncio.sleep(0)
            raise ConnectionLost("Gone.")

        with pytest.raises(ConnectionLost, match="Gone"):
            await first_failure(wait_forever(), fail())
        assert ended == ["other"]

    run(test())


def test_a_part_that_returns_is_an_error(run: RunQt) -> None:
    async def end() -> None:
        """Return at once."""

    async def test() -> None:
        with pytest.raises(RuntimeError, match="ended without a reason"):
            await first_failure(end(), asyncio.Event().wait())  # type: ignore[arg-type]

    run(test())
