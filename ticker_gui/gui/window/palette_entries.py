"""The entries of the command palette: the commands of the menus, indicators, lists, timeframes and symbols."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenuBar

from ticker_gui.chart.typed_timeframe import parse_timeframe
from ticker_gui.command_palette.entries import Entry, Group
from ticker_gui.command_palette.symbols import (
    FeedSymbol,
    SymbolDirectory,
    describe_instrument,
    find_symbols,
    split_feed,
)
from ticker_gui.command_palette.synonyms import SYNONYMS
from ticker_gui.config.settings import parse_symbols
from ticker_gui.domain.sanitize import SYMBOL_LENGTH, quoted, sanitize_text
from ticker_gui.feed_setup.symbol_providers import describe_providers
from ticker_gui.feeds.well_known import symbol_called
from ticker_gui.gui.chart.menu import ChartMenu
from ticker_gui.gui.chart.options import STANDARD_TIMEFRAMES, timeframe_title
from ticker_gui.gui.watchlist.tabs import ListTabs
from ticker_gui.gui.widgets.menu_icons import menu_icon
from ticker_gui.gui.widgets.menus import menu_actions, plain_text, plain_title, reason_of
from ticker_gui.indicators.registry import INDICATORS
from ticker_gui.settings_editor.fields import editable_fields

_NATIVE: Final = QKeySequence.SequenceFormat.NativeText
_CHART_MENU: Final = "Chart"
_MAX_NAME: Final = 80
_MAX_NOTE: Final = 200


def command_entries(bar: QMenuBar, without: str = "") -> Iterator[Entry]:
    """Yield an entry for each command of the menus, except the one with the object name ``without``.

    A command that is in two menus has one entry, that of the last one.
    """
    entries = (
        _command_entry(titles, action)  # one after the other: an action is up to date while its menu is read
        for titles, action in menu_actions(bar)
        if not without or action.objectName() != without
    )
    yield from {entry.title: entry for entry in entries}.values()


def list_entries(tabs: ListTabs, show: Callable[[str], object]) -> Iterator[Entry]:
    """Yield an entry for each list; ``show`` receives its name."""
    for index, name in enumerate(tabs.names):
        detail = "current" if index == tabs.bar.currentIndex() else ""
        yield Entry(f"list:{name}", Group.LISTS, name, partial(show, name), detail, keywords="list")


def indicator_entries(menu: ChartMenu) -> Iterator[Entry]:
    """Yield an entry for each indicator, which adds it to the chart."""
    for indicator in INDICATORS:
        yield Entry(
            f"indicator:{indicator.key}",
            Group.CHART,
            f"Add indicator: {indicator.title}",
            partial(menu.add_indicator, indicator.key),
            "" if indicator.short == indicator.title else indicator.short,
            keywords=f"{indicator.short} study",
            icon="wave",
        )


def setting_entries(open_setting: Callable[[str], object]) -> Iterator[Entry]:
    """Yield an entry for each setting; ``open_setting`` receives its key."""
    for field in editable_fields():
        yield Entry(
            f"setting:{field.key}",
            Group.SETTINGS,
            f"Setting: {field.title}",
            partial(open_setting, field.key),
            field.category,
            keywords=" ".join((field.key, "preferences options", *field.choices.values())),
        )


def symbol_entries(
    typed: str,
    directory: SymbolDirectory,
    target: str,
    choose: Callable[[str, str], object],
    connect: Callable[[str], object],
) -> Iterator[Entry]:
    """Yield entries for the symbols that match; for an unknown one, entries that add it, or connect a feed for it.

    ``target`` is the list to which symbols are added; ``choose`` receives a feed and a symbol, ``connect`` a symbol.
    """
    found = find_symbols(typed, directory)
    feeds, query = split_feed(typed, directory.feeds())
    called = symbol_called(query)
    yield from _symbol_entries(found, directory, target, choose, query if called else "")
    symbols, _ = parse_symbols(query)
    if symbols != [query] or any(symbol.casefold() == query.casefold() for _, symbol in found):
        return
    new = [_adding_entry(feeds[0], query, target, choose)] if feeds else []
    if not found:
        title = f"Connect a feed for {quoted(query)}…"
        connecting = Entry(
            "", Group.SYMBOLS, title, partial(connect, query), describe_providers(query), is_fallback=True, icon="plug"
        )
        new.insert(0 if called else len(new), connecting)  # a name is not a symbol that could be added
    yield from new


def note_entries(text: str) -> Iterator[Entry]:
    """Yield an entry that shows a note, such as that a search is not finished; none for an empty text."""
    if text:
        yield Entry(
            "", Group.SYMBOLS, sanitize_text(text, _MAX_NOTE), lambda: None, reason=" ", is_fallback=True, icon="info"
        )


def _adding_entry(feed: str, symbol: str, target: str, choose: Callable[[str, str], object]) -> Entry:
    title = f"Add {quoted(symbol)} to {target}"
    run = partial(choose, feed, symbol)
    return Entry(_symbol_id(feed, symbol), Group.SYMBOLS, title, run, feed, is_fallback=True, icon="plus")


def recent_symbol_entries(
    recent: Iterable[str], directory: SymbolDirectory, target: str, choose: Callable[[str, str], object]
) -> Iterator[Entry]:
    """Yield entries for the symbols among the entries used last, given by their ids."""
    found: list[FeedSymbol] = []
    for entry_id in recent:
        feeds = [feed for feed in directory.feeds() if entry_id.startswith(_symbol_id(feed, ""))]
        if feeds:
            feed = max(feeds, key=len)  # names may contain colons
            found.append(FeedSymbol(feed, entry_id.removeprefix(_symbol_id(feed, ""))))
    yield from _symbol_entries(found, directory, target, choose)


def _symbol_entries(
    found: Iterable[FeedSymbol],
    directory: SymbolDirectory,
    target: str,
    choose: Callable[[str, str], object],
    called: str = "",
) -> Iterator[Entry]:
    """Yield entries for symbols; ``called`` is the name by which they were found, if they may not contain it."""
    aliases = directory.aliases()
    for one in found:
        feed, symbol = one
        list_name = directory.list_with(feed, symbol)
        place = f"in {list_name}" if list_name else f"add to {target}"
        alias = aliases.get(one, "")
        name = sanitize_text(describe_instrument(directory.instrument(feed, symbol)), _MAX_NAME)
        yield Entry(
            _symbol_id(feed, symbol),
            Group.SYMBOLS,
            sanitize_text(symbol, SYMBOL_LENGTH),
            partial(choose, feed, symbol),
            " · ".join(filter(None, (alias, name, feed, place))),
            keywords=" ".join(filter(None, (alias, name, f"{feed}:{symbol}", called))),
        )


def _symbol_id(feed: str, symbol: str) -> str:
    return f"symbol:{feed}:{symbol}"


def timeframe_entries(typed: str, menu: ChartMenu) -> Iterator[Entry]:
    """Yield an entry for a typed timeframe that is not in the menu, such as ``250t``."""
    name = parse_timeframe(typed).name if typed[:1].isdigit() and not typed.isdigit() else ""
    if name and name not in STANDARD_TIMEFRAMES:
        title = f"Timeframe: {timeframe_title(name)}"
        yield Entry(
            f"timeframe:{name}", Group.CHART, title, partial(menu.set_timeframe, name), keywords=typed, icon="clock"
        )


def _command_entry(titles: Sequence[str], action: QAction) -> Entry:
    text, (top, *parents) = plain_text(action.text()), titles
    is_radio = action.actionGroup() is not None
    is_setting = action.isCheckable() and action.shortcutContext() is not Qt.ShortcutContext.WidgetWithChildrenShortcut
    group = Group.COMMANDS
    if is_setting:
        group = Group.CHART if top == _CHART_MENU else Group.SETTINGS
    title = ": ".join((*parents, text))
    return Entry(
        f"command:{action.objectName() or '/'.join((*titles, text))}",
        group,
        title,
        action.trigger,
        _state(action, is_radio=is_radio),
        action.shortcut().toString(_NATIVE),
        " ".join((SYNONYMS.get(title, ""), top, str(action.data() or ""))).strip(),
        reason_of(action),
        icon=menu_icon(plain_title(action.text())),
    )


def _state(action: QAction, *, is_radio: bool) -> str:
    if not action.isCheckable():
        return ""
    if is_radio:
        return "current" if action.isChecked() else ""
    return "on" if action.isChecked() else "off"
