from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from ticker_gui.engine.relay_delay import RelayDelay


def connection(data_ns: int, relayed_ns: int | None) -> Any:
    return SimpleNamespace(data_ns=data_ns, protocol=SimpleNamespace(relayed_ns=relayed_ns))


def test_delays_are_those_of_market_data_that_came_through_a_relay() -> None:
    delay = RelayDelay()
    delay.sample(None)
    delay.sample(connection(500, None))
    assert delay.percentiles is None
    for delay_ns in (300, 100, 200):
        delay.sample(connection(1_000 + delay_ns, 1_000))
    assert delay.percentiles == (200.0, 290.0, 298.0)
    for number in range(1_000):
        delay.sample(connection(5_000 + number, 1_000 + number))
    assert delay.percentiles == (4_000.0, 4_000.0, 4_000.0)
