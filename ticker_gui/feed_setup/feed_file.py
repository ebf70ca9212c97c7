"""Adds, changes and removes feeds in the settings file and preserves the rest of it. Keys are never written."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, cast

import msgspec
import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT

from ticker_gui.config.loading import read_file
from ticker_gui.config.settings import Feed, validated
from ticker_gui.config.settings_file import TextChange, change_file
from ticker_gui.config.toml_blocks import Block, find_blocks, split_lines
from ticker_gui.domain.errors import SettingsError
from ticker_gui.domain.sanitize import quoted
from ticker_gui.feed_setup.draft import is_derived

_FEEDS: Final = "feeds"
_ORDER: Final = ("name", "url", "provider", "symbols")  # the other fields follow in their own order


def save_feed(file: Path, feed: Feed, replaced: str | None = None) -> None:
    """Write a feed into the settings file: at its end, or in place of the feed named ``replaced``. It blocks.

    Raises:
        SettingsError: the file cannot be read or written, or is not valid TOML; it is left as it is.
    """
    if replaced is None:
        _change(file, lambda text: with_feed(text, feed))
    else:
        _change(file, lambda text: with_changed_feed(text, replaced, feed))


def delete_feed(file: Path, name: str) -> TextChange:
    """Remove a feed from the settings file; return its text before and after. It blocks.

    Raises:
        SettingsError: the file cannot be read or written, or has no such feed; it is left as it is.
    """
    return _change(file, lambda text: without_feed(text, name))


def restore_feed(file: Path, feed: Feed, deletion: TextChange) -> None:
    """Bring a deleted feed back: where it was, or at the end of a file that was changed since. It blocks.

    Raises:
        SettingsError: the file cannot be read or written; it is left as it is.
    """
    _change(file, lambda text: deletion.before if text == deletion.after else with_feed(text, feed))


def with_feed(text: str, feed: Feed) -> str:
    """Return the text of a settings file with a feed at its end.

    Raises:
        SettingsError: the text is not valid TOML, or the feed cannot be added without changing other lines.
    """
    before = _loads(text)
    values = feed_table(feed)
    expected = {**before, _FEEDS: [*_feeds(before), values]}
    if before.get(_FEEDS, None) is None or _is_table_array(text):
        newline = "\r\n" if "\r\n" in text else "\n"
        block = _block(values)
        gap = "" if not text else newline if text.endswith("\n") else newline * 2
        after = text + gap + block.replace("\n", newline)
    else:
        document = _parse(text)
        cast(Any, document[_FEEDS]).append(_inline(values))
        after = tomlkit.dumps(document)
    return _verified(after, expected)


def with_changed_feed(text: str, name: str, feed: Feed) -> str:
    """Return the text of a settings file with other values for the feed named ``name``; unchanged ones stay as written.

    Raises:
        SettingsError: there is no such feed, or it cannot be changed without changing other lines.
    """
    before = _loads(text)
    index = _index(before, name)
    values, feeds = feed_table(feed), _feeds(before)
    expected = {**before, _FEEDS: [*feeds[:index], values, *feeds[index + 1 :]]}
    lines = split_lines(text)
    blocks = _blocks_of(lines, index)
    if not blocks:  # in one line with other feeds
        return _verified(_with_values(text, index, values), expected)
    start, end = blocks[0].start, blocks[-1].end
    # Only the feed's own lines are changed: tomlkit moves comments if other tables stand between the feeds.
    own = _with_values(_with_lines("".join(lines[start:end]), feeds[index], values), 0, values)
    return _verified("".join((*lines[:start], own, *lines[end:])), expected)


def without_feed(text: str, name: str) -> str:
    """Return the text of a settings file without the feed named ``name``; comments around it stay.

    Raises:
        SettingsError: there is no such feed, or it cannot be removed without changing other lines.
    """
    before = _loads(text)
    index = _index(before, name)
    feeds = _feeds(before)
    remaining = [*feeds[:index], *feeds[index + 1 :]]
    expected = {key: value for key, value in {**before, _FEEDS: remaining}.items() if key != _FEEDS or remaining}
    lines = split_lines(text)
    for block in reversed(_blocks_of(lines, index)):
        del lines[block.start : block.end]
    with suppress(SettingsError):
        return _verified("".join(lines), expected)
    document = _parse(text)
    del _tables(document)[index]
    return _verified(tomlkit.dumps(document), {**before, _FEEDS: remaining})


def _blocks_of(lines: Sequence[str], index: int) -> list[Block]:
    """Return the lines of a feed: those of its table and of the tables inside it; none if it is not written so."""
    count, found = -1, []
    for block in find_blocks(lines):
        count += block.is_element and block.name == _FEEDS
        if count == index and (block.name == _FEEDS or block.name.startswith(f"{_FEEDS}.")):
            found.append(block)
    return found


def _with_lines(text: str, before: Mapping[str, Any], values: Mapping[str, Any]) -> str:
    """Return the lines of a feed with those of new values, and without the tables that the feed no longer has."""
    lines = split_lines(text)
    newline = "\r\n" if "\r\n" in text else "\n"
    blocks = find_blocks(lines)
    new = {key: value for key, value in values.items() if key not in before}
    for block in reversed(blocks):
        if block.name.partition(".")[2] in before.keys() - values.keys():
            del lines[block.start : block.end]
    tables = {key: value for key, value in new.items() if isinstance(value, Mapping)}
    plain = {key: value for key, value in new.items() if key not in tables}
    end = blocks[0].end
    lines[end - 1] = lines[end - 1].rstrip("\r\n") + newline
    added = tomlkit.dumps(plain) + "".join(f"[{_FEEDS}.{key}]\n{tomlkit.dumps(value)}" for key, value in tables.items())
    lines[end:end] = [line + newline for line in added.removesuffix("\n").split("\n")] if added else []
    return "".join(lines)


def _with_values(text: str, index: int, values: Mapping[str, Any]) -> str:
    """Return the text with these values for a feed; those that are the same stay as written."""
    document = _parse(text)
    _update(_tables(document)[index], values)
    return tomlkit.dumps(document)


def _update(table: MutableMapping[str, Any], values: Mapping[str, Any]) -> None:
    for key in [key for key in table if key not in values]:
        del table[key]
    for key, value in values.items():
        if isinstance(value, Mapping) and isinstance(table.get(key), MutableMapping):
            _update(table[key], value)
        elif key not in table or table[key] != value:
            table[key] = value


def feed_table(feed: Feed) -> dict[str, Any]:
    """Return what the settings file says of a feed: what differs from the defaults, and never the key."""
    defaults = msgspec.to_builtins(Feed())
    values = msgspec.to_builtins(feed)
    if is_derived(feed):
        values["provider"] = ""
    names = (*_ORDER, *(name for name in values if name not in _ORDER))
    return {name: _listed(values[name]) for name in names if values[name] != defaults[name]}


def _listed(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _block(values: Mapping[str, Any]) -> str:
    feeds = tomlkit.aot()
    feeds.append(tomlkit.item(dict(values)))
    return tomlkit.dumps({_FEEDS: feeds})


def _inline(values: Mapping[str, Any]) -> Any:
    table = tomlkit.inline_table()
    for key, value in values.items():
        table[key] = _inline(value) if isinstance(value, Mapping) else value
    return table


def _change(file: Path, change: Callable[[str], str]) -> TextChange:
    def changed(text: str) -> str:
        if text:
            read_file(file, lambda notice: None)  # a file with an error must be corrected first
        return change(text)

    return change_file(file, changed)


def _loads(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"The settings file is not valid TOML: {error}. Open the file to correct it.") from error


def _parse(text: str) -> tomlkit.TOMLDocument:
    try:
        return tomlkit.parse(text)
    except (TOMLKitError, ValueError, RecursionError) as error:
        raise _cannot_change() from error


def _verified(text: str, expected: dict[str, Any]) -> str:
    """Return the text if it means what it should; a defect of a library must not cost the user's settings."""
    try:
        if tomllib.loads(text) == expected:
            return text
    except ValueError:
        pass
    raise _cannot_change()


def _cannot_change() -> SettingsError:
    return SettingsError(
        "The feeds in the settings file cannot be changed safely from here. "
        "Open the file and edit it, then reload the settings."
    )


def _feeds(settings: Mapping[str, Any]) -> list[dict[str, Any]]:
    return cast("list[dict[str, Any]]", settings.get(_FEEDS, []))


def _index(settings: Mapping[str, Any], name: str) -> int:
    """Return the position of a feed; one without a name has its provider's."""
    for index, values in enumerate(_feeds(settings)):
        if _name(values) == name:
            return index
    raise SettingsError(f"The settings file has no feed named {quoted(name)}. Reload the settings.")


def _name(values: Mapping[str, Any]) -> str:
    try:
        return validated(msgspec.convert(dict(values), Feed)).name
    except (SettingsError, msgspec.ValidationError):
        return str(values.get("name", ""))


def _is_table_array(text: str) -> bool:
    return isinstance(_parse(text)[_FEEDS], AoT)


def _tables(document: tomlkit.TOMLDocument) -> list[MutableMapping[str, Any]]:
    return cast("list[MutableMapping[str, Any]]", document[_FEEDS])
