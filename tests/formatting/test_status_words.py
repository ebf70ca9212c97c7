"""The words for statuses: every status has one, and they are written in one module only."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import ticker_gui
from ticker_gui.domain.errors import InternalError
from ticker_gui.domain.feed_state import FeedState, FeedStatus, Phase
from ticker_gui.domain.symbol_status import SymbolStatus
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.formatting.numbers import clock_time
from ticker_gui.formatting.status_words import (
    DATA_REJECTED,
    FEED_MARK_WORDS,
    FEED_WORDS,
    MARK_WORDS,
    NO_DATA,
    SYMBOL_WORDS,
    count_feeds,
    describe_feed,
    summarize_feeds,
)

NOW_NS = 1_800_000_000 * SECOND_NS
PACKAGE = Path(ticker_gui.__file__).parent
DEFINITIONS = {"formatting/status_words.py", "domain/symbol_status.py", "domain/feed_state.py", "domain/state_mark.py"}
OTHER_MEANINGS = {  # JSON keys, which are also headings, names of objects and colors, and parts of sentences
    ("feed_check/feed_check.py", "connected"),
    ("feed_check/feed_check.py", "ended"),
    ("feed_check/report.py", "rejected"),
    ("feeds/known_providers.py", "Demo"),
    ("feeds/providers/alpaca.py", "connected"),
    ("feeds/providers/massive.py", "connected"),
    ("gui/replay/transport_bar.py", "Replay"),
    ("gui/chart/latest_button.py", "live"),
    ("gui/widgets/icons.py", "live"),
    ("feed_status/banner.py", "stopped"),
    ("feeds/providers/okx.py", "live"),
    ("stream/plain_client.py", "connecting"),
    ("alerts/condition.py", "connected"),
    ("alerts/condition.py", "quiet"),
    ("alerts/condition.py", "rejected"),
    ("alerts/edge_rule.py", "pending"),
}


def test_every_status_has_a_word_of_its_own() -> None:
    assert set(SYMBOL_WORDS) == set(SymbolStatus)
    assert set(FEED_WORDS) == set(FeedStatus)
    assert len({*SYMBOL_WORDS.values(), NO_DATA}) == len(SymbolStatus) + 1
    assert len(set(FEED_WORDS.values())) == len(FeedStatus)


def test_symbols_and_feeds_share_the_words_for_live_and_quiet() -> None:
    assert SYMBOL_WORDS[SymbolStatus.LIVE] == FEED_WORDS[FeedStatus.LIVE]
    assert SYMBOL_WORDS[SymbolStatus.STALE] == FEED_WORDS[FeedStatus.QUIET]


def test_no_other_module_spells_the_words_of_a_status() -> None:
    words = {word for words in (SYMBOL_WORDS, FEED_WORDS, MARK_WORDS, FEED_MARK_WORDS) for word in words.values()} | {
        NO_DATA,
        DATA_REJECTED,
    }
    found = set[tuple[str, str]]()
    for path in PACKAGE.rglob("*.py"):
        module = path.relative_to(PACKAGE).as_posix()
        text = path.read_text(encoding="utf-8")
        if module not in DEFINITIONS and any(f'"{word}"' in text for word in words):
            tree = ast.parse(text)
            constants = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
            found |= {(module, value) for value in constants if isinstance(value, str) and value in words}
    assert found == OTHER_MEANINGS


def test_the_summary_counts_live_feeds_and_describes_the_others() -> None:
    live, stopped = FeedState(FeedStatus.LIVE, NOW_NS), FeedState(FeedStatus.STOPPED, NOW_NS)
    feeds = [("desk", live), ("other", stopped)]
    assert summarize_feeds(feeds, [describe_feed(state, NOW_NS) for _, state in feeds]) == ("other: Ended")
    assert summarize_feeds([("a", live), ("b", live)], ["", ""]) == "Live"
    assert count_feeds(feeds) == "1 of 2 feeds"
    assert count_feeds(feeds[:1]) == count_feeds([]) == ""


@pytest.mark.parametrize("kind", FeedStatus)
def test_each_feed_status_is_described_with_its_start_and_reason(kind: FeedStatus) -> None:
    words = describe_feed(FeedState(kind, NOW_NS, "It rains.", NOW_NS + 1), NOW_NS)
    assert re.search(r"\d\d:\d\d:\d\d", words) or kind is FeedStatus.STOPPED
    if kind in (FeedStatus.QUIET, FeedStatus.WAITING, FeedStatus.REJECTED):
        assert "It rains." in words


def test_the_seconds_to_the_next_attempt_count_down_to_zero() -> None:
    state = FeedState(FeedStatus.WAITING, NOW_NS, "Gone.", NOW_NS + 2 * SECOND_NS)
    left = [describe_feed(state, NOW_NS + int(seconds * SECOND_NS)).split()[-2] for seconds in (0, 0.5, 1.5, 2, 9)]
    assert left == ["2", "2", "1", "0", "0"]


def test_the_description_names_the_phase_the_attempt_and_the_kind_of_wait() -> None:
    connecting = FeedState(FeedStatus.CONNECTING, NOW_NS, attempt=3)
    assert describe_feed(connecting, NOW_NS, Phase.TLS).endswith("(TLS, attempt 3)")
    again = FeedState(FeedStatus.CONNECTING, NOW_NS, "Gone.", attempt=3)
    assert describe_feed(again, NOW_NS, Phase.TCP).endswith("(TCP, attempt 3): Gone.")
    waiting = FeedState(FeedStatus.WAITING, NOW_NS, "Gone.", NOW_NS + 7 * SECOND_NS, attempt=4)
    assert ": Gone. Reconnecting in 7 s (attempt 4)." in describe_feed(waiting, NOW_NS)
    limited = FeedState(FeedStatus.WAITING, NOW_NS, "Fewer.", NOW_NS + 7 * SECOND_NS, is_limited=True)
    assert describe_feed(limited, NOW_NS).startswith("Rate limited until")
    assert describe_feed(FeedState(FeedStatus.REJECTED, NOW_NS, "Who?", wants_key=True), NOW_NS).startswith(
        "API key needed"
    )


def test_after_an_internal_error_the_seconds_to_the_next_attempt_count_down() -> None:
    reason = InternalError("coinbase").for_user
    state = FeedState(FeedStatus.WAITING, NOW_NS, reason, NOW_NS + 30 * SECOND_NS, is_internal=True)
    assert describe_feed(state, NOW_NS) == (
        "Internal error in feed coinbase. Reconnecting in 30 s. Details are in the log."
    )
    assert "Reconnecting in 12 s." in describe_feed(state, NOW_NS + 18 * SECOND_NS)


def test_an_outage_begins_with_the_disconnect_and_not_with_the_last_attempt() -> None:
    lost = FeedState(FeedStatus.WAITING, NOW_NS, "Gone.", NOW_NS, attempt=9, down_since_ns=NOW_NS - 600 * SECOND_NS)
    assert describe_feed(lost, NOW_NS).startswith(f"Not connected since {clock_time(NOW_NS - 600 * SECOND_NS)}: ")
