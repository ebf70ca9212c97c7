"""`history` as a process: its output and exit codes."""

from __future__ import annotations

import asyncio
import os
import pty
import re
import signal
import subprocess
from contextlib import suppress
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from tests import programs
from tests.feeds.venues import coinbase
from tests.feeds.venues.finnhub import FREE_KEY
from tests.rest_servers import by_stand_in, serving_rest
from tests.servers import receive_forever, serving
from ticker_gui.domain.events import Bar, PastBars, Reply, Trade
from ticker_gui.feeds.wire import to_json

NIMB = ("--symbols", "NIMB")
COINBASE = ("--url", "wss://ws-feed.exchange.coinbase.com", "--symbols", "BTC-USD")
FINNHUB = ("--url", "wss://ws.finnhub.io", "--symbols", "AAPL,MSFT")
_WITH_STAND_IN = """
import sys
from functools import partial
from importlib import import_module
from urllib.parse import parse_qsl, urlsplit
from ticker_gui.commands import history
from ticker_gui.engine.engine import Engine
from ticker_gui.domain.events import Refusal
from ticker_gui.feeds.history import HistoryError, HttpResponse
from ticker_gui.cli import main
venue = import_module(f"tests.feeds.venues.{sys.argv[1]}")
failures = int(sys.argv[2])
async def get(request, credentials):
    global failures
    print(request, file=sys.stderr)
    failures -= 1
    if failures >= 0:
        raise HistoryError("The server hung up.")
    parts = urlsplit(request.url)
    status, body, headers = venue.respond(parts.path, dict(parse_qsl(parts.query)), request.headers)
    return HttpResponse(status, body, headers, url=request.url)
async def connect(*_, **__):
    print("connected", file=sys.stderr)
history.Engine = partial(Engine, http_get=get, connector=connect)
sys.exit(main(["history", *sys.argv[3:]]))
"""


def from_stand_in(venue: str, *arguments: str, failures: int = 0) -> subprocess.CompletedProcess[str]:
    """Run the command; the provider's stand-in answers its HTTP requests, the first ``failures`` of them not."""
    return programs.call_python(_WITH_STAND_IN, venue, str(failures), *arguments, TICKER_GUI_KEY=FREE_KEY)


def sentences(errors: str) -> list[str]:
    """Return what was printed on stderr, without the requests."""
    return [line for line in errors.splitlines() if not line.startswith("HttpRequest(")]


def test_the_newest_bars_are_printed_oldest_first_and_the_last_one_is_forming() -> None:
    result = programs.call("history", *NIMB, "--timeframe", "1h", "--count", "5")
    assert (result.returncode, result.stderr) == (0, "")
    bars = programs.lines(result.stdout)
    assert [bar["closed"] for bar in bars] == [True, True, True, True, False]
    starts = [bar["start"] for bar in bars]
    assert starts == sorted(starts)
    # The last one begins with another trade if an hour begins meanwhile.
    assert all(before["close"] == bar["open"] for before, bar in pairwise(bars[:-1]))
    names = ("event", "feed", "symbol", "timeframe", "source")
    assert {tuple(bar[name] for name in names) for bar in bars} == {("bar", "demo", "NIMB", "1h", "provided")}


def test_a_period_is_printed_without_its_end() -> None:
    period = ("--from", "2025-03-01", "--to", "2025-03-01T00:05Z")
    result = programs.call("history", *NIMB, *period)
    assert (result.returncode, result.stderr) == (0, "")
    assert [bar["start"] for bar in programs.lines(result.stdout)] == [
        f"2025-03-01T00:0{minute}:00.000000Z" for minute in range(5)
    ]


def test_a_period_of_many_requests_has_no_holes_and_several_symbols_follow_each_other() -> None:
    period = ("--from", "2025-03-01", "--to", "2025-03-03", "--timeframe", "30s")
    result = programs.call("history", "--symbols", "NIMB,ZEPH", *period)
    assert (result.returncode, result.stderr) == (0, "")
    bars = programs.lines(result.stdout)
    assert [bar["symbol"] for bar in bars] == ["NIMB"] * 5_760 + ["ZEPH"] * 5_760
    assert len({bar["start"] for bar in bars}) == 5_760


def test_csv_has_the_columns_of_a_charts_export() -> None:
    period = ("--from", "2025-03-01", "--to", "2025-03-03", "--timeframe", "1d")
    result = programs.call("history", *NIMB, *period, "--csv", LC_ALL="de_DE.UTF-8")
    header, *rows = result.stdout.splitlines()
    assert header == "Time,Open,High,Low,Close,Volume,Coverage"
    assert [(row.split(",")[0], row.split(",")[-1], row.count(",")) for row in rows] == [
        ("2025-03-01T00:00:00.000000Z", "provided", 6),
        ("2025-03-02T00:00:00.000000Z", "provided", 6),
    ]
    several = programs.call("history", "--symbols", "NIMB,ZEPH", "--count", "1", "--csv")
    header, *rows = several.stdout.splitlines()
    assert header == "Feed,Symbol,Time,Open,High,Low,Close,Volume,Coverage"
    assert [row.split(",")[:2] for row in rows] == [["demo", "NIMB"], ["demo", "ZEPH"]]


def test_bars_over_http_need_no_connection() -> None:
    period = ("--from", "2025-12-01T00:00", "--to", "2025-12-01T10:00")
    result = from_stand_in("coinbase", *COINBASE, *period)
    assert result.returncode == 0
    assert sentences(result.stderr) == []
    assert result.stderr.count("HttpRequest(") == 2  # 300 bars each
    starts = [bar["start"] for bar in programs.lines(result.stdout)]
    assert len(starts) > 300
    assert starts == sorted(set(starts))


def test_a_timeframe_that_the_provider_lacks_is_made_of_a_shorter_one() -> None:
    period = ("--from", "2025-12-01T00:00", "--to", "2025-12-01T08:00")
    hours = programs.lines(from_stand_in("coinbase", *COINBASE, *period, "--timeframe", "1h").stdout)
    result = from_stand_in("coinbase", *COINBASE, *period, "--timeframe", "4h")
    assert (result.returncode, sentences(result.stderr)) == (0, [])
    bars = programs.lines(result.stdout)
    assert [bar["start"][11:16] for bar in bars] == ["00:00", "04:00"]
    for bar, is_later in zip(bars, (False, True), strict=True):
        parts = [part for part in hours if (part["start"][11:16] >= "04:00") is is_later]
        assert (bar["open"], bar["close"]) == (parts[0]["open"], parts[-1]["close"])
        assert (bar["high"], bar["low"]) == (max(part["high"] for part in parts), min(part["low"] for part in parts))
        assert bar["volume"] == pytest.approx(sum(part["volume"] for part in parts))


def test_a_timeframe_that_cannot_be_made_is_one_sentence() -> None:
    result = from_stand_in("coinbase", *COINBASE, "--timeframe", "30s", "--count", "3")
    assert (result.returncode, result.stdout) == (1, "")
    (sentence,) = result.stderr.splitlines()
    assert "Coinbase Exchange has no past 30s bars. Choose 1m, 2m, 3m, 5m," in sentence


def test_an_unknown_symbol_is_one_sentence_and_the_others_are_printed() -> None:
    symbols = ("--url", COINBASE[1], "--symbols", "NOPE-USD,BTC-USD")
    result = from_stand_in("coinbase", *symbols, "--from", "2025-12-01", "--to", "2025-12-01T01:00")
    assert result.returncode == 1
    (sentence,) = sentences(result.stderr)
    assert sentence.startswith("ticker-gui: coinbase: NOPE-USD: Coinbase Exchange has no past data for this symbol")
    assert {bar["symbol"] for bar in programs.lines(result.stdout)} == {"BTC-USD"}


def test_a_plan_without_past_bars_is_one_sentence_for_all_symbols() -> None:
    result = from_stand_in("finnhub", *FINNHUB, "--count", "3")
    assert (result.returncode, result.stdout) == (1, "")
    (sentence,) = sentences(result.stderr)
    assert "The Finnhub plan of this key does not include this data" in sentence
    assert FREE_KEY not in result.stderr


def test_a_failed_request_is_repeated() -> None:
    period = ("--from", "2025-12-01", "--to", "2025-12-01T01:00")
    result = from_stand_in("coinbase", *COINBASE, *period, failures=1)
    assert (result.returncode, sentences(result.stderr)) == (0, [])
    assert len(result.stdout.splitlines()) > 30


def test_a_lasting_failure_is_one_sentence() -> None:
    result = from_stand_in("coinbase", *COINBASE, "--count", "3", failures=100)
    assert (result.returncode, result.stdout) == (1, "")
    assert sentences(result.stderr) == ["ticker-gui: coinbase: BTC-USD: The server hung up."]


async def demo_feed(connection: ServerConnection) -> None:
    """Send trades, and a bar when past bars are requested."""
    start_ns = int(datetime(2025, 3, 1, tzinfo=UTC).timestamp()) * 1_000_000_000
    trades = asyncio.create_task(send_trades(connection))
    async for message in connection:
        if "query" in str(message):
            bar = Bar("NIMB", "1m", start_ns, 1.0, 1.0, 1.0, 1.0, 2.0, is_closed=True)
            await connection.send(to_json(Reply((), ok=True, past=PastBars("NIMB", "1m", (bar,)))))
    trades.cancel()


async def send_trades(connection: ServerConnection) -> None:
    """Send trades again and again: one that arrives with the handshake, before any symbol is known, detects nothing."""
    with suppress(ConnectionClosed):
        while True:
            await connection.send(to_json(Trade("NIMB", 5.0, 1.0)))
            await asyncio.sleep(0.1)


def test_the_past_bars_of_a_detected_provider_are_printed() -> None:
    with serving(demo_feed) as server:
        period = ("--from", "2025-03-01T00:00Z", "--to", "2025-03-01T00:01Z")
        result = programs.call("history", "--url", server.url, "--symbols", "nimb", *period)
    assert (result.returncode, result.stderr) == (0, "")
    assert [(bar["symbol"], bar["close"]) for bar in programs.lines(result.stdout)] == [("nimb", 1.0)]


def test_a_limit_of_the_provider_is_reported_with_the_time_when_it_ends() -> None:
    limited = 'HistoryError("Coinbase limits the rate of requests.", Refusal.RATE_LIMITED, 0.5)'
    script = _WITH_STAND_IN.replace('HistoryError("The server hung up.")', limited)
    period = ("--from", "2025-12-01", "--to", "2025-12-01T01:00")
    result = programs.call_python(script, "coinbase", "1", *COINBASE, *period)
    assert result.returncode == 0
    (sentence,) = sentences(result.stderr)
    beginning = "ticker-gui: coinbase: BTC-USD: Coinbase limits the rate of requests. Bars can be requested again at "
    assert re.fullmatch(re.escape(beginning) + r"(\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\d\.", sentence)


def test_a_symbol_of_another_exchange_is_refused_without_a_request() -> None:
    symbols = ("--url", COINBASE[1], "--symbols", "KRAKEN:BTCUSD")
    result = from_stand_in("coinbase", *symbols, "--count", "1")
    assert (result.returncode, result.stdout, result.stderr.count("\n")) == (1, "", 1)
    assert "The prefix KRAKEN belongs to another exchange" in result.stderr


def test_past_bars_come_from_the_history_url_of_the_settings(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    with serving_rest(by_stand_in(coinbase.respond)) as server:
        config.write_text(
            f'[[feeds]]\nname = "desk"\nurl = "{COINBASE[1]}"\nhistory_url = "{server.url}"\nsymbols = ["BTC-USD"]\n'
        )
        period = ("--from", "2025-12-01", "--to", "2025-12-01T01:00")
        code = "import sys; from ticker_gui.cli import main; sys.exit(main(sys.argv[1:]))"
        result = programs.call_python(code, "history", "--config", str(config), *period)
        assert [asked.path for asked in server.asked] == ["/products/BTC-USD/candles"]
    assert (result.returncode, result.stderr) == (0, "")  # and no warning of an unclosed connection
    assert len(result.stdout.splitlines()) > 30


def test_a_server_that_refuses_is_one_sentence_and_exit_code_1() -> None:
    with serving(receive_forever) as server:
        url = server.url
    result = programs.call("history", "--url", url, "--provider", "demo", *NIMB, "--count", "1")
    assert (result.returncode, result.stdout, result.stderr.count("\n")) == (1, "", 1)
    assert "refused" in result.stderr


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
def test_an_interrupted_download_has_the_exit_code_of_an_interrupted_stream(number: signal.Signals, code: int) -> None:
    with serving(receive_forever) as server:
        arguments = ("--url", server.url, "--provider", "demo", *NIMB, "--count", "1")
        with programs.start_and_wait("history", *arguments) as program:
            program.send_signal(number)
            _, errors = program.communicate(timeout=150)
    assert (program.returncode, errors) == (code, "")


def test_a_reader_that_closes_the_pipe_is_not_a_failure() -> None:
    with programs.start("history", *NIMB, "--count", "20000") as program:
        assert program.stdout is not None
        assert program.stderr is not None
        program.stdout.readline()
        program.stdout.close()
        assert program.wait(60) == 0
        assert program.stderr.read() == ""


def test_a_full_disk_is_one_sentence() -> None:
    with Path("/dev/full").open("wb") as full:
        result = programs.call_on({"stdout": full}, "history", *NIMB, "--count", "10")
    assert result.returncode == 1
    assert "the disk is full" in result.stderr
    assert result.stderr.count("\n") == 1


def test_progress_is_shown_on_a_terminal_and_removed_at_the_end() -> None:
    ours, theirs = pty.openpty()
    result = programs.call_on({"stderr": theirs}, "history", *NIMB, "--count", "10")
    os.close(theirs)
    shown = os.read(ours, 65_536).decode()
    os.close(ours)
    assert result.returncode == 0
    assert "demo: NIMB: 0 bars…" in shown
    assert "demo: NIMB: 10 bars back to 2" in shown
    assert shown.endswith("\r\x1b[K")


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ((), "--count 100"),
        (("--count", "5", "--from", "-2d"), "either --count or --from"),
        (("--count", "0"), "--count"),
        (("--count", "2000000"), "1,000,000"),
        (("--timeframe", "7m", "--count", "1"), "7m"),
        (("--from", "yesterday"), '"yesterday" is not a time'),
        (("--from", "-1h", "--to", "-2h"), "earlier than --to"),
        (("--from", "-52w", "--timeframe", "1s"), "1,000,000"),
    ],
)
def test_wrong_arguments_are_one_sentence_and_exit_code_2(arguments: tuple[str, ...], named: str) -> None:
    result = programs.call("history", *NIMB, *arguments)
    assert (result.returncode, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert named in result.stderr
