"""Changes of the feeds in a settings file: only they change, whatever else is in the file."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest
import tomlkit
from hypothesis import assume, given
from hypothesis import strategies as st

from ticker_gui.config.loading import read_file
from ticker_gui.config.settings import Feed, validated
from ticker_gui.domain.errors import SettingsError
from ticker_gui.feed_setup.feed_file import (
    delete_feed,
    feed_table,
    save_feed,
    with_changed_feed,
    with_feed,
    without_feed,
)
from ticker_gui.feeds.mapping import FieldMapping

NEW = validated(Feed("wss://ws.kraken.com/v2", ("BTC/USD",), "coins"))
FILE = """\
# my settings
theme = "dark"   # at night

[[feeds]]
name = "desk"    # the one in the office
url = 'ws://10.0.0.5:9000/ticks'
symbols = [
    "EURUSD",  # first
]
[feeds.mapping]
symbol = "s"
price = "px"

[limits]
symbols = 100
# the end"""


def test_a_new_feed_is_added_at_the_end_and_every_other_byte_stays() -> None:
    after = with_feed(FILE, NEW)
    assert after.startswith(FILE)
    assert after.removeprefix(FILE).strip() == (
        '[[feeds]]\nname = "coins"\nurl = "wss://ws.kraken.com/v2"\nsymbols = ["BTC/USD"]'
    )


def test_the_provider_is_written_only_if_the_address_does_not_determine_it() -> None:
    assert "provider" not in feed_table(NEW)
    assert feed_table(validated(Feed("ws://127.0.0.1:1", ("A",), "x", "finnhub")))["provider"] == "finnhub"


def test_changing_a_feed_keeps_its_comments_and_the_rest() -> None:
    desk = validated(
        Feed("ws://10.0.0.5:9000/ticks", ("EURUSD",), "desk", mapping=FieldMapping(symbol="s", price="price"))
    )
    after = with_changed_feed(FILE, "desk", desk)
    assert after == FILE.replace('price = "px"', 'price = "price"')


def test_removing_a_feed_keeps_the_rest() -> None:
    after = without_feed(with_feed(FILE, NEW), "desk")
    assert "desk" not in after
    for kept in ("# my settings", '"dark"   # at night', "[limits]", "# the end", "coins"):
        assert kept in after
    assert tomllib.loads(without_feed(FILE, "desk")) == {"theme": "dark", "limits": {"symbols": 100}}


def test_a_comment_above_the_next_feed_stays_there() -> None:
    text = (
        '[[feeds]]\nurl = "wss://ws.finnhub.io"\nsymbols = ["AAPL"]\n[feeds.headers]\nA = "b"\n\n# coins\n'
        + with_feed("", NEW)
    )
    assert without_feed(text, "finnhub") == "\n# coins\n" + with_feed("", NEW)
    keyed = validated(Feed("wss://ws.finnhub.io", ("AAPL",), "finnhub", keyring=True))
    after = with_changed_feed(text, "finnhub", keyed)
    assert after.endswith('symbols = ["AAPL"]\nname = "finnhub"\nkeyring = true\n\n# coins\n' + with_feed("", NEW))


def test_a_feed_without_a_name_has_that_of_its_provider() -> None:
    text = '[[feeds]]\nurl = "wss://ws.finnhub.io"\nsymbols = ["AAPL"]\n'
    assert without_feed(text, "finnhub").strip() == ""


def test_feeds_in_one_line_stay_in_one_line() -> None:
    text = 'feeds = [{url = "wss://ws.finnhub.io", symbols = ["AAPL"]}]\ntheme = "dark"\n'
    after = with_feed(text, NEW)
    assert "[[feeds]]" not in after
    assert [feed["url"] for feed in tomllib.loads(after)["feeds"]] == ["wss://ws.finnhub.io", NEW.url]
    assert with_feed("feeds = []\n", NEW).startswith("feeds = [{")


def test_a_file_with_windows_line_ends_keeps_them() -> None:
    after = with_feed(FILE.replace("\n", "\r\n"), NEW)
    assert "\n" not in after.replace("\r\n", "")


@pytest.mark.parametrize("text", ["theme = ", "[feeds", "= 1"])
def test_a_file_that_is_not_valid_is_not_changed(text: str, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(text)
    with pytest.raises(SettingsError):
        save_feed(file, NEW)
    assert file.read_text() == text


def test_an_unknown_name_is_reported() -> None:
    with pytest.raises(SettingsError, match="no feed named"):
        without_feed(FILE, "other")


def test_a_saved_feed_is_read_back_and_the_file_is_created_where_it_is_missing(tmp_path: Path) -> None:
    file = tmp_path / "new" / "config.toml"
    save_feed(file, NEW)
    assert read_file(file, print).feeds == (NEW,)
    changed = msgspec.structs.replace(NEW, symbols=("ETH/USD",))
    save_feed(file, changed, replaced="coins")
    assert read_file(file, print).feeds == (changed,)
    delete_feed(file, "coins")
    assert read_file(file, print).feeds == ()
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_file_that_cannot_be_written_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="ould not"):
        save_feed(tmp_path / "file" / "config.toml", NEW)


_VALUES = st.one_of(st.booleans(), st.integers(-(2**40), 2**40), st.text(max_size=8), st.lists(st.integers(0, 9)))
_KEYS = st.text("abc-_é .\"'#=[]", min_size=1, max_size=5).filter(lambda key: key != "feeds")
_COMMENTS = st.text("abc #[]=\"'", max_size=8).map(lambda text: f"# {text}\n")
_SYMBOLS = st.lists(st.sampled_from(["AAPL", "BTC-USD", "^GSPC", "ES1!"]), min_size=1, max_size=3, unique=True)


@st.composite
def _feed(draw: st.DrawFn, name: str) -> Feed:
    mapping = draw(st.none() | st.builds(FieldMapping, symbol=st.just("s"), price=st.sampled_from(["p", "a.b[0]"])))
    headers = draw(st.dictionaries(st.sampled_from(["X-A", "Origin"]), st.text("ab\"'\\é", max_size=4)))
    feed = Feed("ws://10.0.0.5:9000/a", tuple(draw(_SYMBOLS)), name, mapping=mapping, headers=headers)
    return validated(msgspec.structs.replace(feed, keyring=draw(st.booleans())))


@st.composite
def _settings(draw: st.DrawFn) -> tuple[str, list[Feed]]:
    """A TOML file with comments, other keys and tables before, between and after its feeds."""
    text = ""
    for key, value in draw(st.dictionaries(_KEYS, _VALUES, max_size=3)).items():
        text += draw(_COMMENTS) + tomlkit.dumps({key: value}).rstrip("\n") + "  # why\n"
    feeds = [draw(_feed(f"feed {number}")) for number in range(draw(st.integers(0, 3)))]
    tables = draw(st.lists(st.sampled_from(["one", "two", "three"]), unique=True))
    for index, feed in enumerate(feeds):
        text += draw(_COMMENTS) + "\n" * draw(st.integers(0, 2)) + with_feed("", feed)
        if index < len(tables) and draw(st.booleans()):
            text += f"[{tables[index]}]  # a table\nx = {index}\n"
    text += draw(_COMMENTS)
    assume(_is_valid(text))
    return text, feeds


def _is_valid(text: str) -> bool:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    return True


def others(text: str) -> dict[str, Any]:
    return {key: value for key, value in tomllib.loads(text).items() if key != "feeds"}


def comments(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.startswith("#")]


def feeds_of(text: str) -> list[Feed]:
    return [validated(msgspec.convert(values, Feed)) for values in tomllib.loads(text).get("feeds", [])]


@given(_settings(), _feed("added"))
def test_adding_a_feed_changes_nothing_else_in_any_file(file: tuple[str, list[Feed]], feed: Feed) -> None:
    text, feeds = file
    after = with_feed(text, feed)
    assert after.startswith(text)
    assert feeds_of(after) == [*feeds, feed]
    assert others(after) == others(text)


@given(_settings(), _feed("changed"), st.data())
def test_changing_or_removing_a_feed_changes_nothing_else(
    file: tuple[str, list[Feed]], feed: Feed, data: st.DataObject
) -> None:
    text, feeds = file
    assume(feeds)
    index = data.draw(st.integers(0, len(feeds) - 1))
    name = feeds[index].name
    after, removed = with_changed_feed(text, name, feed), without_feed(text, name)
    assert feeds_of(after) == [*feeds[:index], feed, *feeds[index + 1 :]]
    assert feeds_of(removed) == feeds[:index] + feeds[index + 1 :]
    assert others(after) == others(removed) == others(text)
    assert comments(after) == comments(removed) == comments(text)
