"""Faults in the messages of a working connection."""

from __future__ import annotations

import json
import time
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from tests.conftest import RunQt
from tests.doubles import until
from tests.faults.process import Service, fault_server
from tests.faults.program import QUICK, program, status_program
from ticker_gui.domain.feed_state import FeedStatus
from ticker_gui.domain.symbol_status import SymbolStatus
from ticker_gui.engine.feed_report import describe_symbol
from ticker_gui.feeds.providers.demo import Demo
from ticker_gui.formatting.numbers import counted
from ticker_gui.formatting.status_words import SYMBOL_WORDS
from ticker_gui.gui.chart.annotations.gaps import gap_shading
from ticker_gui.gui.widgets.plain_text import escaped_tooltip
from ticker_gui.market.subscription import overdue_status, symbol_failure
from ticker_gui.watchlist.columns import COLUMN_INDEX

HOSTILE = "<img src=x width=9999>"


def message(**fields: Any) -> str:
    return f"send:{json.dumps({'event': 'trade', 'symbol': 'A', 'size': 1.0, **fields})}"


def written(price: str) -> str:
    """Return a trade with a price that is invalid or unusual in JSON."""
    return f'send:{{"event":"trade","symbol":"A","size":1.0,"price":{price}}}'


def script(*words: str) -> tuple[str, ...]:
    """Return a script of ten good trades, the fault, ten more trades, and then only quotes."""
    return ("subscribe", "trades:10", *words, "trades:10", *["quote:100:100.2", "sleep:0.2"] * 300)


async def survives(*words: str, skipped: int, reason: str = "", trades: int = 20) -> None:
    """Check that only the faulty frames are rejected, that they are counted and explained, and nothing else changes."""
    with fault_server(*script(*words)) as server:
        async with program(server.url) as it:
            await it.receives(trades)
            text = f"{skipped} message{'s' if skipped != 1 else ''} rejected" if skipped else ""
            await until(lambda: it.app.window.status._rejected.text() == text)
            await until(lambda: it.symbol().bid == 100.0)
            frames = it.feed.session.rejected_frames.frames
            assert len(frames) == skipped
            assert all(reason in words for _, words in frames)
            prices = it.symbol().tape.prices
            assert (prices.min(), prices.max()) == (100.0, 100.16)
            assert it.symbol().trades == trades
            heights = it.app.window.chart.price.price_range
            assert 99 < heights.bottom < heights.top < 102
            await it.shows("live since")
            it.shown.append(f"{it.status_text} · {text}{f': {frames[-1][1]}' if frames else ''}")
            assert server.connections == 1


def test_f32_invalid_json(run_qt: RunQt) -> None:
    faults = [
        "send:nonsense",
        'send:{"event":"trade","sym',
        "send:[]",
        "send:null",
        "send:42",
        "send:",
        "send:" + "[" * 9_000,
    ]
    run_qt(survives(*faults, skipped=len(faults)))


def test_f34_impossible_prices(run_qt: RunQt) -> None:
    prices = ["NaN", "Infinity", "1e999", "1e308", "-1", "0", '"12,5"', "true", "null", "9" * 5_000]
    run_qt(survives(*map(written, prices), skipped=len(prices)))


def test_f34_only_impossible_prices(run_qt: RunQt) -> None:
    """They can be decoded, but do not make the feed live."""

    async def test() -> None:
        with fault_server("subscribe", *[message(price=2e15), message(price=0.0)] * 5, "idle") as server:
            async with status_program(server.url, timeouts=QUICK) as it:
                await it.shows("no data since", "is being rejected", "price 0 for A rejected")
                assert FeedStatus.LIVE not in [state.kind for state in it.feed.session.history]
                assert not it.is_live

    run_qt(test())


def test_f35_a_price_a_thousand_times_too_high(run_qt: RunQt) -> None:
    run_qt(survives(message(price=100_000.0), skipped=1, reason="waiting for a second trade to confirm it"))


def test_f35_outlier_is_confirmed(run_qt: RunQt) -> None:
    async def test() -> None:
        jump = [message(price=100_000.0), message(price=100_001.0)]
        with fault_server("subscribe", "trades:10", *jump, "idle") as server:
            async with status_program(server.url) as it:
                await until(lambda: it.symbol().last == 100_001.0)
                await it.shows("live since")

    run_qt(test())


def test_f76_several_distant_prices(run_qt: RunQt) -> None:
    async def test() -> None:
        run = [600.0, 700.0, 640.0, 1_500.0, 90.0]  # the first is held, the others count at once but for the last
        with fault_server("subscribe", "trades:10", *[message(price=price) for price in run], "idle") as server:
            async with program(server.url) as it:
                await until(lambda: it.symbol().held_price == 90.0)
                assert it.symbol().tape.prices.tolist()[10:] == run[:-1]
                assert (it.symbol().day.high, it.symbol().last) == (1_500.0, 1_500.0)
                table = it.app.window.watchlist.model()
                await until(lambda: table.index(0, COLUMN_INDEX["age"]).data() == "price held")
                it.shown.append("600 held until confirmed by 700; 90 held")

    run_qt(test())


def test_f77_a_side_of_the_book_becomes_empty(run_qt: RunQt) -> None:
    async def test() -> None:
        empty = 'send:{"event":"quote","symbol":"A","has_no_bid":true}'
        with fault_server("subscribe", "trades:10", "quote:99:101", empty, "idle") as server:
            async with program(server.url) as it:
                await until(lambda: it.symbol().ask == 101.0 and it.symbol().bid is None)
                table = it.app.window.watchlist.model()
                await until(lambda: table.index(0, COLUMN_INDEX["bid"]).data() == "–")
                assert table.index(0, COLUMN_INDEX["spread"]).data() == "–"
                it.shown.append("Bid –, Ask 101.00, Spread –")

    run_qt(test())


def test_f78_a_last_price_before_the_first_trade(run_qt: RunQt) -> None:
    async def test() -> None:
        stated = 'send:{"event":"day","symbol":"A","previous_close":80.0,"last":99.5}'
        with fault_server("subscribe", stated, "wait", "trades:1", stated, "idle") as server:
            async with program(server.url) as it:
                table = it.app.window.watchlist.model()
                last, age = (table.index(0, COLUMN_INDEX[key]) for key in ("last", "age"))
                await until(lambda: (last.data(), age.data()) == ("99.50", "–"))
                assert it.symbol().trades == 0
                it.shown.append(f"Last {last.data()}, Age {age.data()}")
                server.send_line("trade")
                await until(lambda: it.symbol().last == 100.01)
                await until(lambda: it.feed.session.frames >= 4)  # the ticker once more: older than the trade
                assert it.symbol().last == 100.01

    run_qt(test())


def test_f79_prices_below_a_billionth(run_qt: RunQt) -> None:
    async def test() -> None:
        prices = [message(price=price) for price in (3.216e-12, 3.5e-12, 3.1e-12)]
        with fault_server("subscribe", *prices, "idle") as server:
            async with program(server.url) as it:
                await it.receives(3)
                table = it.app.window.watchlist.model()
                last = table.index(0, COLUMN_INDEX["last"])
                await until(lambda: float(last.data()) == 3.1e-12)
                price = it.app.window.chart.price
                await until(lambda: 3e-12 < price.price_range.bottom < price.price_range.top < 3.7e-12)
                it.shown.append(f"Last {last.data()}")

    run_qt(test())


def test_f36_fields_missing_wrong_or_unknown(run_qt: RunQt) -> None:
    faults = [
        'send:{"event":"trade","symbol":"A"}',
        'send:{"event":"trade","symbol":7,"price":1}',
        'send:{"event":"trade","symbol":"A","price":[1]}',
        'send:{"event":"what","symbol":"A"}',
        'send:{"symbol":"A","price":1}',
    ]
    good = '"symbol":"A","price":100.05,"size":1.0,"trade_id":900001,"color":"blue"'
    run_qt(survives(*faults, f'send:{{"event":"trade",{good}}}', skipped=5, trades=21))


def test_f38_gaps_in_trade_ids(run_qt: RunQt) -> None:
    gaps = [5, 1_000_000]

    async def test() -> None:
        words = [word for missed in gaps for word in (f"skip:{missed}", "sleep:0.3", "trades:10:50")]
        with fault_server("subscribe", "trades:10:50", *words, "idle") as server:
            async with program(server.url) as it:
                await it.receives(30)
                assert it.symbol().missed == sum(gaps)
                chart = it.app.window.chart
                await until(lambda: chart.scene and len(chart.scene.visible_data.gaps) == len(gaps))
                assert chart.scene is not None
                data, shown = chart.scene.chart_data, chart.scene.visible_data.gaps
                texts = [gap_shading(gap, data).text for gap in shown]
                assert texts == [f"{counted(missed, 'trade')} missed" for missed in gaps]
                it.shown.append(f"{await it.shows('live since')} · {', '.join(texts)}")
                assert server.connections == 1

    run_qt(test())


def test_f40_late_trades(run_qt: RunQt) -> None:
    late_s = [7_200, 3]

    async def test() -> None:
        with fault_server("subscribe", "trades:10", *(f"late:{seconds}" for seconds in late_s), "idle") as server:
            async with program(server.url) as it:
                await it.receives(12)
                state = it.symbol()
                assert state.last == 100.1  # that of the tenth
                times = state.tape.times_ns
                assert len(times) == 12
                assert (times[1:] >= times[:-1]).all()
                assert state.day.volume == (times >= state.day.begins_ns).sum()  # fewer in the first hours of a day
                for time_ns, seconds in zip(times, late_s, strict=False):
                    assert state.last_ns - time_ns > 0.9 * seconds * 1e9
                time_range = it.app.window.chart.time_range
                assert time_range.right - time_range.left < 400  # the axis is not stretched to it
                await it.shows("live since")

    run_qt(test())


def test_f41_impossible_times(run_qt: RunQt) -> None:
    seconds = time.time()
    times_ns = [0, -5, int(seconds), int(seconds * 1e3), int(seconds * 1e9) + 90_000 * 10**9, 2**62]
    words = [word for time_ns in times_ns for word in (f"time:{time_ns}", "trades:5")]

    async def test() -> None:
        with fault_server("subscribe", "trades:10", *words, "idle") as server:
            async with program(server.url) as it:
                await it.receives(10 + 6 * len(times_ns))
                tape = it.symbol().tape
                assert len(tape.times_ns) == 10 + 6 * len(times_ns)
                assert np.abs(tape.times_ns - time.time_ns()).max() < 60e9
                time_range = it.app.window.chart.time_range
                assert time_range.right - time_range.left < 400
                await it.shows("live since")

    run_qt(test())


def requests(server: Service) -> list[list[str]]:
    return [json.loads(event["text"])["symbols"] for event in server.events_of("received")]


def test_f46_subscription_is_never_answered(run_qt: RunQt) -> None:
    async def test() -> None:
        with fault_server("subscribe:B", "trade", "idle") as server:
            async with program(server.url, symbols=("A", "B")) as it:
                answered, ignored = it.app.engine.market.states
                await until(lambda: overdue_status(ignored) is SymbolStatus.PENDING)
                await until(
                    lambda: requests(server) == [["A", "B"], ["B"]]
                )  # only the missing symbol is requested again
                await until(lambda: overdue_status(ignored) is SymbolStatus.NO_ANSWER)
                assert (overdue_status(answered), symbol_failure(answered)) == (None, None)
                it.app.window.model.refresh()
                age = it.app.window.model.index(1, COLUMN_INDEX["age"])
                assert age.data() == "no answer"
                it.app.status_presenter.show_details(ignored)
                await until(lambda: "did not answer the subscription" in it.diagnosis)
                it.shown.append(it.diagnosis)
                await it.shows("live since")
                assert len(requests(server)) == 2

    run_qt(test())


@pytest.mark.slow
@pytest.mark.parametrize("way", ["acknowledged", "data"])
def test_f46_subscription_is_answered_late(run_qt: RunQt, way: str) -> None:
    trade = 'send:{"event":"trade","symbol":"B","price":5.0}'

    async def test() -> None:
        late = trade if way == "data" else "subscribe"
        with fault_server("subscribe:B", "trade", "wait", late, "idle") as server:
            async with status_program(server.url, symbols=("A", "B")) as it:
                state = it.symbol(1)
                await until(lambda: overdue_status(state) is SymbolStatus.PENDING)
                server.send_line("answer")
                await until(lambda: state.is_acknowledged or state.has_data)
                assert overdue_status(state) is None
                began = time.monotonic()
                await until(lambda: time.monotonic() - began > 1.0)  # as long as the second answer would have taken
                assert symbol_failure(state) is None
                it.shown.append(SYMBOL_WORDS[state.status(it.app.engine.clock())])

    run_qt(test())


def test_f45_one_symbol_is_rejected(run_qt: RunQt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Demo, "is_simulated", False)  # a symbol that the demo lacks is shown as one without a feed

    async def test() -> None:
        with fault_server("subscribe", f"refuse:B:not listed {HOSTILE}", "flood:200:600") as server:
            async with program(server.url, symbols=("A", "B")) as it:
                await it.shows("live since")
                model = it.app.window.model
                await until(
                    lambda: model.rowCount() == 2 and "unavailable" in model.read(1, it.app.engine.clock()).texts
                )
                tip = model.data(model.index(1, 0), Qt.ItemDataRole.ToolTipRole)
                assert tip == escaped_tooltip(f"B is not available: not listed {HOSTILE}")
                assert "&lt;img" in tip
                await it.receives(50)
                assert it.symbol(0).is_live(it.app.engine.clock())
                it.shown.append("B: unavailable")

    run_qt(test())


def test_f48_data_of_unsubscribed_symbols(run_qt: RunQt) -> None:
    async def test() -> None:
        with fault_server("subscribe", "trade", "unknown:20000", "trade", "idle") as server:
            async with status_program(server.url) as it:
                await it.receives(2)
                assert it.feed.market.unsubscribed_updates == 20_000
                assert len(it.app.engine.market.states) == 1
                it.shown.append("20,000 updates of unsubscribed symbols ignored")

    run_qt(test())


def test_f49_markup_and_control_characters_in_texts(run_qt: RunQt) -> None:
    async def test() -> None:
        odd = [HOSTILE, "=cmd()", "AT&T", "\u202egnp.exe", "x" * 10_000, "A\x00B", "\u200bzero\nlines"]
        refusals = [
            f"send:{json.dumps({'event': 'reply', 'symbols': ['A'], 'ok': False, 'message': one})}" for one in odd
        ]
        whole = [f"send:{json.dumps({'event': 'reply', 'symbols': [], 'ok': False, 'message': one})}" for one in odd]
        with fault_server("subscribe", "trade", *refusals, *whole, "trade", f"close:1008:{HOSTILE}") as server:
            async with program(server.url) as it:
                width = it.app.window.width()
                await it.shows("stopped at", HOSTILE)
                it.app.window.status.details_requested.emit()
                assert it.app.window.width() == width
                labels = it.app.window.findChildren(QLabel)
                assert all(label.textFormat() == Qt.TextFormat.PlainText for label in labels if label.text())
                assert all("\u202e" not in label.text() and "\x00" not in label.text() for label in labels)
                assert len(it.symbol().refusal or "") <= 256

    run_qt(test())


def test_f242_prices_that_are_too_large_to_be_accepted(run_qt: RunQt) -> None:
    async def test() -> None:
        with fault_server("subscribe", message(price=2e15), message(price=-3e15), "idle") as server:
            async with program(server.url) as it:
                age = it.app.window.watchlist.model().index(0, COLUMN_INDEX["age"])
                await until(lambda: age.data() == SYMBOL_WORDS[SymbolStatus.REJECTED])
                tip = str(age.data(Qt.ItemDataRole.ToolTipRole))
                assert "prices have to be below 1e15" in tip
                assert "prices have to be below 1e15" in describe_symbol(it.symbol(), time.time_ns())
                it.shown.append(f"{age.data()}: {tip}")

    run_qt(test())
