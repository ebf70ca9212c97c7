from __future__ import annotations

import pytest

from tests.conftest import RunQt
from ticker_gui.feeds.history import HistoryError, HttpRequest
from ticker_gui.feeds.protocol import Credentials
from ticker_gui.history.http_client import get_over_http


def test_without_a_client_the_reason_is_stated(run: RunQt) -> None:
    async def test() -> None:
        with pytest.raises(HistoryError, match="over HTTP"):
            await get_over_http(HttpRequest("http://127.0.0.1/"), Credentials())

    run(test())
