from __future__ import annotations

from pathlib import Path

import pytest

from ticker_gui.config.loading import read_file
from ticker_gui.config.settings import Feed, validated
from ticker_gui.config.settings_file import TextChange, change_file
from ticker_gui.domain.errors import SettingsError
from ticker_gui.feed_setup import feed_file
from ticker_gui.feed_setup.saved_feeds import SavedFeeds

TEXT = """# mine
theme = "dark"  # always

[[feeds]]
name = "desk"  # loopback
url = "ws://desk"
symbols = ["A", "B"]  # two

# the other one
[[feeds]]
name = "other"
url = "ws://other"
symbols = ["C"]
"""


@pytest.fixture
def saved(tmp_path: Path) -> SavedFeeds:
    file = tmp_path / "config.toml"
    file.write_text(TEXT)
    return SavedFeeds(file)


def feeds(saved: SavedFeeds) -> dict[str, Feed]:
    return {feed.name: feed for feed in read_file(saved.file, print).feeds}


def test_a_changed_setting_leaves_everything_else_as_it_was_written(saved: SavedFeeds) -> None:
    saved.change("desk", disabled=True)
    text = saved.file.read_text()
    assert feeds(saved)["desk"].disabled
    assert not feeds(saved)["other"].disabled
    assert text.replace("disabled = true\n", "") == TEXT
    saved.change("desk", disabled=False)
    assert saved.file.read_text() == TEXT


def test_a_removed_feed_returns_where_it_was_with_its_comments(saved: SavedFeeds) -> None:
    feed = feeds(saved)["desk"]
    deletion = saved.delete("desk")
    assert list(feeds(saved)) == ["other"]
    saved.restore(feed, deletion)
    assert saved.file.read_text() == TEXT


def test_a_removed_feed_returns_at_the_end_of_a_file_that_was_changed_since(saved: SavedFeeds) -> None:
    feed = feeds(saved)["desk"]
    deletion = saved.delete("desk")
    saved.file.write_text(saved.file.read_text().replace('"dark"', '"light"'))
    saved.restore(feed, deletion)
    assert list(feeds(saved)) == ["other", "desk"]
    assert feeds(saved)["desk"] == feed
    assert 'theme = "light"' in saved.file.read_text()


def test_a_feed_of_the_command_line_is_added_under_a_free_name(tmp_path: Path, saved: SavedFeeds) -> None:
    typed = validated(Feed("ws://typed", ("X",), "desk", key_env="TICKER_GUI_KEY"))
    assert saved.add(typed, {}) == "desk-2"
    assert feeds(saved)["desk-2"].key_env is None
    assert saved.add(typed, {"TICKER_GUI_KEY": "k"}) == "desk-3"
    assert feeds(saved)["desk-3"].key_env == "TICKER_GUI_KEY"
    new = SavedFeeds(tmp_path / "new" / "config.toml")
    assert new.urls() == {}
    assert new.add(typed, {}) == "desk"
    assert new.urls() == {"desk": "ws://typed"}


def test_a_feed_that_is_not_there_is_reported(saved: SavedFeeds) -> None:
    with pytest.raises(SettingsError, match='no feed named "gone"'):
        saved.change("gone", disabled=True)


def test_a_broken_file_has_no_feeds_and_is_left_as_it_is(saved: SavedFeeds) -> None:
    saved.file.write_text("[[feeds]")
    assert saved.urls() == {}
    with pytest.raises(SettingsError):
        saved.change("desk", disabled=True)
    assert saved.file.read_text() == "[[feeds]"


def test_a_change_just_before_a_removal_stays_when_that_is_undone(
    saved: SavedFeeds, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed, delete = feeds(saved)["desk"], feed_file.delete_feed

    def delete_later(file: Path, name: str) -> TextChange:
        change_file(file, lambda text: text.replace('"dark"', '"light"'))
        return delete(file, name)

    monkeypatch.setattr(feed_file, "delete_feed", delete_later)
    saved.restore(feed, saved.delete("desk"))
    assert saved.file.read_text() == TEXT.replace('"dark"', '"light"')
