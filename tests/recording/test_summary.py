"""The summary of a recording: its feeds, times and remarks."""

from __future__ import annotations

from pathlib import Path

from tests.recording.recorded import FEED, HEADER, T0, batch, write, write_text
from ticker_gui.recording.format import Line, RecordedFeed
from ticker_gui.recording.reading import Recording
from ticker_gui.recording.summary import summarize


def test_a_summary_has_everything_that_was_watched(tmp_path: Path) -> None:
    changed = RecordedFeed("crypto", "demo", symbols=("NIMB", "RIVL"), has_key=True)
    path = write(
        tmp_path / "a.gz",
        Line(T0 - 10**12, "open", "crypto", 1, again=True),  # an hour before
        batch("{}", "{}"),
        Line(T0 + 5, "note", frame="the user marked this"),
        Line(T0 + 10**9, "feed", "crypto", settings=changed),
        Line(T0 + 2 * 10**9, "feed", "other", settings=RecordedFeed("other", "demo")),
    )
    summary = summarize(Recording(path))
    assert (summary.began_ns, summary.ended_ns, summary.frames) == (T0, T0 + 2 * 10**9, 2)
    assert [(feed.name, feed.symbols, feed.has_key) for feed in summary.feeds] == [
        ("crypto", ("NIMB", "RIVL"), True),
        ("other", (), False),
    ]
    assert summary.notes == ((T0 + 5, "the user marked this"),)


def test_a_capture_is_recognized_by_its_url_and_frames(tmp_path: Path) -> None:
    lines = [
        '{"t":1618677816.8,"dir":"open","frame":"wss://ws-feed.exchange.coinbase.com"}',
        '{"t":1618677817.0,"dir":"in","frame":"nonsense"}',
        (
            '{"t":1618677817.1,"dir":"in","frame":"{\\"type\\":\\"ticker\\",\\"product_id\\":\\"BTC-USD\\",\\"price\\":\\"1\\",'
            '\\"time\\":\\"2021-04-17T16:44:06.669388Z\\",\\"trade_id\\":1,\\"best_bid\\":\\"1\\",\\"best_ask\\":\\"2\\"}"}'
        ),
    ]
    (feed,) = summarize(Recording(write_text(tmp_path / "a.jsonl", lines))).feeds
    assert (feed.name, feed.provider, feed.symbols) == ("coinbase", "coinbase", ("BTC-USD",))


def test_reading_can_be_cancelled_and_problems_are_stated(tmp_path: Path) -> None:
    path = write(tmp_path / "a.gz", *(batch("x" * 1000, t=T0 + number) for number in range(3000)))
    assert summarize(Recording(path), lambda: True).frames < 3000
    path.write_bytes(path.read_bytes()[:-20])
    summary = summarize(Recording(path))
    assert summary.is_truncated
    assert "not closed properly" in summary.problems[0]
    assert summary.feeds == (FEED,) == HEADER.feeds


def test_the_number_of_feeds_of_a_capture_is_limited(tmp_path: Path) -> None:
    lines = [f'{{"t":{T0 + number},"dir":"in","feed":"{number}","frame":"x"}}' for number in range(200)]
    assert len(summarize(Recording(write_text(tmp_path / "a.jsonl", lines))).feeds) == 100
