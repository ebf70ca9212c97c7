"""Faults of feeds whose format has to be detected."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from tests.conftest import RunQt
from tests.doubles import until
from tests.faults.process import fault_server
from tests.faults.program import program, status_program
from ticker_gui.engine.feed_report import detected_settings


def sending(messages: Sequence[Any]) -> list[str]:
    return ["sleep:0.3", *(f"send:{json.dumps(message)}" for message in messages), "idle"]


def level(index: int) -> Any:
    return {
        "table": "orderBookL2",
        "data": [{"symbol": "A", "id": 880 + index, "side": "Sell", "size": 5, "price": 120.5}],
    }


def trade(index: int, table: str = "trade") -> Any:
    return {"table": table, "data": [{"symbol": "A", "side": "Sell", "size": -2, "price": 100.25 + index / 100}]}


def test_f86_order_book_and_trades_in_a_detected_format(run_qt: RunQt) -> None:
    async def test() -> None:
        messages = [message for index in range(40) for message in (level(index), level(index), trade(index))]
        with fault_server(*sending(messages)) as server:
            async with program(server.url, provider="guess") as it:
                await it.receives(40)
                prices = it.symbol().tape.prices
                assert (prices.min(), prices.max()) == (100.25, 100.64)
                assert set(it.symbol().tape.sizes) == {2.0}
                assert "when = \"$.table == 'trade'\"" in detected_settings(it.feed)
                it.app.status_presenter.show_details()
                it.shown.append(detected_settings(it.feed).replace("\n", " "))

    run_qt(test())


def test_f87_ping_messages_in_a_detected_format(run_qt: RunQt) -> None:
    async def test() -> None:
        with fault_server(*sending([trade(0), {"ping": 7}, trade(1), {"op": "ping", "ts": 8}])) as server:
            async with status_program(server.url, provider="guess") as it:
                await it.receives(2)
                await until(lambda: len(server.events_of("received")) == 2)
                texts = [event["text"] for event in server.events_of("received")]
                assert texts == ['{"pong":7}', '{"op":"pong","ts":8}']
                it.shown.append(f"answered with {', '.join(texts)}")

    run_qt(test())


def test_f88_detected_format_changes(run_qt: RunQt) -> None:
    async def test() -> None:
        messages = [*(trade(index) for index in range(60)), *(trade(index, "fills") for index in range(60, 120))]
        with fault_server(*sending(messages)) as server:
            async with status_program(server.url, provider="guess") as it:
                await until(lambda: it.symbol().last == 100.25 + 119 / 100)
                assert it.symbol().trades > 100
                assert "fills" in detected_settings(it.feed)
                it.shown.append(detected_settings(it.feed).replace("\n", " "))
                assert server.connections == 1

    run_qt(test())
