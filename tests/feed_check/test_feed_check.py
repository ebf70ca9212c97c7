"""The check of one feed, against local servers with all kinds of behavior."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Any, ClassVar

import msgspec
import pytest
from websockets.asyncio.server import ServerConnection

from tests.conftest import RunQt
from tests.doubles import until
from tests.feed_check.test_probe import mute_server
from tests.servers import Handler, receive_forever, serving
from ticker_gui.config.settings import Feed
from ticker_gui.domain.events import Fact, Quote, Reply, Trade
from ticker_gui.feed_check.feed_check import FeedCheck
from ticker_gui.feed_check.probe import CheckStep
from ticker_gui.feed_check.report import Report, as_line, as_text
from ticker_gui.feeds.mapping import FieldMapping
from ticker_gui.feeds.protocol import Credentials
from ticker_gui.feeds.providers.demo import Demo
from ticker_gui.feeds.registry import PROVIDERS
from ticker_gui.market.limits import Limits
from ticker_gui.stream.timeouts import Timeouts

HOUR_NS = 3_600_000_000_000


def line(fact: Fact) -> str:
    return msgspec.json.encode(fact).decode()


def a_check(url: str, *symbols: str, seconds: float = 1.0, timeouts: Timeouts | None = None, **more: Any) -> FeedCheck:
    feed = Feed(url, symbols or ("A",), "desk", **{"provider": "demo"} | more)
    return FeedCheck(feed, Limits(), seconds, timeouts=timeouts)


def checked(run: RunQt, handler: Handler, *symbols: str, **more: Any) -> Report:
    with serving(handler) as server:
        check = a_check(server.url, *symbols, **more)
        run(check.run())
    assert not server.failures
    return check.report()


def step(report: Report, name: str) -> CheckStep:
    return next(step for step in report.steps if step.name == name)


def saying(*messages: str) -> Handler:
    async def say(client: ServerConnection) -> None:
        await client.recv()
        for message in messages:
            await client.send(message)
        await receive_forever(client)

    return say


def test_a_working_feed_passes_all_steps(run: RunQt) -> None:
    report = checked(run, saying(line(Reply(("A",), ok=True)), line(Trade("A", 5.0, time_ns=time.time_ns()))))
    assert [step.name for step in report.steps] == ["dns", "tcp", "handshake", "subscription", "first data"]
    assert all(step.ok for step in report.steps)
    assert report.has_delivered
    assert (report.messages, report.silent, report.refused) == (2, [], [])
    assert report.listened_s > 0.9
    assert report.delay is not None


def test_a_feed_without_acknowledgements_passes(run: RunQt) -> None:
    report = checked(run, saying(line(Quote("A", bid=5.0))))
    assert (step(report, "subscription").ok, step(report, "subscription").ms) == (True, None)
    assert "no acknowledgment" in step(report, "subscription").detail
    assert report.delay is None
    assert report.has_delivered


def test_a_server_that_never_sends_data(run: RunQt) -> None:
    report = checked(run, receive_forever)
    assert [step.name for step in report.steps][-1] == "subscription"
    assert not step(report, "subscription").ok
    assert "the market may be closed" in step(report, "subscription").detail
    assert (report.silent, report.has_delivered) == (["A"], False)


def test_a_subscription_that_is_repeated_and_not_answered_is_not_a_refusal(run: RunQt) -> None:
    requests = 0

    async def ignore(client: ServerConnection) -> None:
        nonlocal requests
        async for _ in client:
            requests += 1

    report = checked(run, ignore, seconds=0.8, timeouts=Timeouts(answer_timeout=0.1, check_interval=0.02))
    assert requests == 2
    assert step(report, "subscription").detail.startswith(
        "No acknowledgment. Connected, but the server is not sending anything."
    )
    assert (report.silent, report.refused) == (["A"], [])


def test_a_server_that_only_acknowledges(run: RunQt) -> None:
    report = checked(run, saying(line(Reply(("A",), ok=True))))
    assert step(report, "subscription").ok
    assert not step(report, "first data").ok


def test_data_for_other_symbols_only_is_reported(run: RunQt) -> None:
    report = checked(run, saying(line(Trade("GHOST", 5.0))))
    assert "only for other symbols" in step(report, "subscription").detail


def test_an_unknown_feed_that_needs_a_subscription_is_explained(run: RunQt) -> None:
    report = checked(run, receive_forever, provider="guess")
    assert "subscribe under [feeds.mapping]" in step(report, "subscription").detail
    report = checked(run, receive_forever, provider="guess", mapping=FieldMapping(subscribe='{"op":$SYMBOLS}'))
    assert "may be closed" in step(report, "subscription").detail


def test_a_symbol_of_another_exchange_is_refused_without_asking_the_server(run: RunQt) -> None:
    report = checked(
        run,
        saying('{"u":1,"s":"BTCUSDT","b":"1","B":"1","a":"2","A":"1"}'),
        "BYBIT:BTCUSDT",
        "BTCUSDT",
        provider="binance",
    )
    assert report.not_sent == ["BYBIT:BTCUSDT"]
    assert [symbol for symbol, _ in report.refused] == report.not_sent
    assert report.delivered == ["BTCUSDT"]


def test_a_refused_symbol_is_reported_with_the_reason(run: RunQt) -> None:
    report = checked(
        run, saying(line(Reply(("NOPE",), ok=False, message="\x1bnot listed")), line(Trade("A", 5.0))), "a", "NOPE"
    )
    assert step(report, "subscription").detail == "refused: not listed"
    assert (report.delivered, report.silent, report.refused) == (["a"], [], [("NOPE", "not listed")])
    assert not report.has_delivered


def test_a_refusal_without_a_symbol_is_reported(run: RunQt) -> None:
    report = checked(run, saying(line(Reply((), ok=False, message="slow down"))))
    assert not step(report, "subscription").ok
    assert (report.silent, report.refused) == (["A"], [(None, "slow down")])


def test_a_symbol_whose_prices_are_all_rejected_is_reported_with_the_reason(run: RunQt) -> None:
    report = checked(run, saying(line(Trade("A", 2e15))))
    reason = "the price 2e15 of A is not possible: prices have to be below 1e15"
    assert (report.silent, report.rejected) == (["A"], [("A", reason)])
    assert f"rejected      A: all data was rejected: {reason}" in as_text(report)
    assert "silent" not in as_text(report)
    assert as_line(report)["rejected"] == [{"symbol": "A", "reason": reason}]
    assert any(f"is arriving, but is being rejected: {reason}" in one.detail for one in report.steps)


def test_bad_frames_are_counted_by_reason(run: RunQt) -> None:
    report = checked(run, saying(*["nonsense"] * 3, '{"event":"trade"}', line(Trade("A", 5.0))))
    assert report.bad_frame_count == 4
    assert [bad.count for bad in report.bad_frames] == [3, 1]
    assert report.bad_frames[0].payload == b"nonsense"


def test_the_number_of_reasons_is_limited(run: RunQt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ticker_gui.feed_check.feed_check._MAX_REASONS_KEPT", 1)
    report = checked(run, saying("nonsense", '{"event":"trade"}', '{"event":"quote","symbol":1}'))
    assert (report.bad_frames[0].reason, report.bad_frames[0].count) == ("other reasons", 2)
    assert report.bad_frame_count == 3


def test_trades_of_the_past_and_of_the_far_future_do_not_count_as_latency(run: RunQt) -> None:
    now_ns = time.time_ns()
    report = checked(
        run,
        saying(
            line(Trade("A", 5.0, time_ns=now_ns - HOUR_NS)),
            line(Trade("A", 5.0, time_ns=1 << 62)),
            line(Trade("A", 5.0, time_ns=-(1 << 62))),
            line(Trade("A", 5.0, time_ns=now_ns + 100 * 10**9)),
            line(Trade("A", 5.0, time_ns=now_ns + 100 * 10**9)),
        ),
    )
    assert report.delay is not None
    assert -101 * 10**9 < report.delay.clock_offset_ns < -90 * 10**9
    assert 0 <= report.delay.spread.p95 < 10**9


def test_a_lost_connection_is_reported_and_not_retried(run: RunQt) -> None:
    async def hang_up(client: ServerConnection) -> None:
        await client.recv()
        await client.send(line(Trade("A", 5.0)))
        await client.close(1001)

    with serving(hang_up) as server:
        check = a_check(server.url, seconds=20)
        run(check.run())
        assert server.connections == 1
    report = check.report()
    assert report.has_delivered
    assert not step(report, "connection").ok
    assert "shutting down" in step(report, "connection").detail
    assert report.listened_s < 20  # it did not wait for all of the time


def test_a_rejection_ends_the_wait(run: RunQt) -> None:
    async def reject(client: ServerConnection) -> None:
        await client.recv()
        await client.close(1008, "no")

    report = checked(run, reject, seconds=20)
    assert "policy" in step(report, "subscription").detail
    assert report.listened_s < 20  # it did not wait for all of the time


def test_a_server_that_hangs_in_the_handshake(run: RunQt) -> None:
    async def test() -> Report:
        async with mute_server() as port:
            check = a_check(f"ws://127.0.0.1:{port}", seconds=20, timeouts=Timeouts(open_timeout=3.0))
            await check.run()
        return check.report()

    report = run(test())
    assert [step.name for step in report.steps] == ["dns", "tcp", "handshake"]
    assert not step(report, "handshake").ok
    assert "the WebSocket handshake timed out" in step(report, "handshake").detail
    assert report.listened_s == 0


def test_behind_a_proxy_that_is_dead_the_proxy_is_named(run: RunQt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    check = a_check("wss://desk.example/")
    run(check.run())
    report = check.report()
    assert [(step.name, step.ok) for step in report.steps] == [
        ("dns", None), ("tcp", None), ("tls", None), ("handshake", False),
    ]  # fmt: skip
    assert "Check the proxy" in step(report, "handshake").detail


class Knocking(Demo):
    """A protocol with a login, to which the server replies with "welcome"."""

    name: ClassVar = "knocking"

    def __init__(self, access: Credentials | None = None) -> None:
        super().__init__(access)
        self.outgoing.append("knock")
        self.is_ready = False

    def decode(self, payload: bytes) -> Sequence[Fact]:
        if payload == b"welcome":
            self.is_ready = True
            return (Reply((), ok=True, message="come in"),)
        return super().decode(payload)


def test_a_login_is_a_step_and_its_answer_is_not_that_of_the_subscription(
    run: RunQt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PROVIDERS, "knocking", Knocking)

    async def let_in(client: ServerConnection) -> None:
        assert await client.recv() == "knock"
        await client.send("welcome")
        await client.recv()
        await client.send(line(Trade("A", 5.0)))
        await receive_forever(client)

    report = checked(run, let_in, provider="knocking")
    assert [step.name for step in report.steps][2:] == ["handshake", "login", "subscription", "first data"]
    assert step(report, "login").ok
    assert "no acknowledgment" in step(report, "subscription").detail


@pytest.mark.parametrize(
    ("timeout_s", "seconds", "words"), [(0.1, 60.0, "did not answer the login"), (60.0, 1.0, "who are you")]
)
def test_a_login_that_does_not_end_fails(
    run: RunQt, monkeypatch: pytest.MonkeyPatch, timeout_s: float, seconds: float, words: str
) -> None:
    monkeypatch.setitem(PROVIDERS, "knocking", Knocking)
    server = saying(line(Reply((), ok=False, message="who are you.")))
    report = checked(run, server, provider="knocking", seconds=seconds, timeouts=Timeouts(login_timeout=timeout_s))
    assert report.steps[-1].name == "login"
    assert not step(report, "login").ok
    assert words in step(report, "login").detail
    assert not step(report, "login").detail.endswith("..")


def test_the_detected_format_of_an_unknown_feed_is_reported(run: RunQt) -> None:
    known = checked(run, saying(line(Trade("A", 5.0))), provider="guess", mapping=FieldMapping(subscribe="$SYMBOL"))
    assert (known.recognized, known.mapping) == ("demo", None)
    ticks = [f'{{"sym":"A","price":{5 + index / 10},"qty":1}}' for index in range(8)]
    found = checked(run, saying(*ticks), provider="guess", mapping=FieldMapping(subscribe="$SYMBOL"))
    assert found.recognized is None
    assert found.mapping is not None
    assert found.mapping.startswith("[feeds.mapping]")


def test_the_report_of_an_interrupted_check_contains_the_current_step(run: RunQt) -> None:
    async def test(url: str) -> Report:
        check = a_check(url, seconds=20)
        assert check.report().steps == []
        running = asyncio.create_task(check.run())
        await until(lambda: any(one.name == "subscription" for one in check.report().steps))
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        return check.report()

    with serving(receive_forever) as server:
        report = run(test(server.url))
    assert step(report, "handshake").ok
    assert (step(report, "subscription").ok, step(report, "subscription").detail) == (
        None, "interrupted",
    )  # fmt: skip
