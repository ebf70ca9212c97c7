"""The menu bar: every command of the window with its key, one line each."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple, TypeAlias

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

Key: TypeAlias = QKeySequence.StandardKey | str

# Control with Tab goes through tabs everywhere; what Qt calls Ctrl is Command on macOS, where that switches programs.
_CONTROL: Final = "Meta" if sys.platform == "darwin" else "Ctrl"
NEXT_TAB: Final = f"{_CONTROL}+Tab"
PREVIOUS_TAB: Final = f"{_CONTROL}+Shift+Tab"

_QUIT: Final = QKeySequence.StandardKey.Quit
_FALLBACK_KEYS: Final = {_QUIT: "Ctrl+Q"}  # on Windows
_MODIFIERS: Final = ("Ctrl", "Shift", "Alt")
_NATIVE: Final = QKeySequence.SequenceFormat.NativeText


class MenuCommand(NamedTuple):
    """One line of a menu. With ``on``, its key counts only while that widget has the focus.

    By its ``name`` the line can be found, to say something else later.
    """

    text: str
    act: Callable[[], object]
    key: Key | None = None
    on: QWidget | None = None
    name: str = ""


class RadioGroup(NamedTuple):
    """Lines of which one is checked: values with what they are called; ``current`` tells which, ``act`` gets it."""

    values: Mapping[str, str]
    current: Callable[[], str]
    act: Callable[[str], object]


class Toggle(NamedTuple):
    """A line that is on or off, as ``is_on`` tells; ``act`` gets which it shall be."""

    text: str
    is_on: Callable[[], bool]
    act: Callable[[bool], object]
    key: Key | None = None


class Submenu(NamedTuple):
    """A line that opens more lines."""

    text: str
    items: Sequence[MenuItem]


MenuItem: TypeAlias = MenuCommand | RadioGroup | Toggle | Submenu | None  # None parts groups of lines


def fill_menu_bar(bar: QMenuBar, menus: Mapping[str, Sequence[MenuItem]]) -> None:
    """Add menus to a menu bar."""
    for title, items in menus.items():
        fill_menu(bar.addMenu(title), items)


def fill_menu(menu: QMenu, items: Sequence[MenuItem]) -> None:
    """Add lines to a menu."""
    for item in items:
        match item:
            case None:
                menu.addSeparator()
            case MenuCommand():
                _add_command(menu, item)
            case Submenu():
                fill_menu(menu.addMenu(item.text), item.items)
            case RadioGroup():
                _add_radio_group(menu, item)
            case Toggle():
                _add_toggle(menu, item)


def popup(parent: QWidget, at: QPoint, items: Sequence[MenuItem]) -> None:
    """Open a menu at a point of the screen; it is not waited for, as that would starve the loop."""
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    fill_menu(menu, items)
    menu.popup(at)


def shortcuts(key: Key) -> list[QKeySequence]:
    """Return the shortcuts of a command on this platform, the one to show first."""
    if isinstance(key, str):
        return [QKeySequence(key)]
    found = QKeySequence(key)
    if found.isEmpty():
        found = QKeySequence(_FALLBACK_KEYS.get(key, ""))
    if key is QKeySequence.StandardKey.Delete and sys.platform == "darwin":  # its keyboards have Delete with Fn only
        return [QKeySequence("Backspace"), found]
    return [found]


def native_key(key: str) -> str:
    """Return the name of a key or a modifier as this platform writes it: Ctrl, or ⌘ on macOS."""
    if key in _MODIFIERS:
        return QKeySequence(f"{key}+A").toString(_NATIVE).removesuffix("A").rstrip("+")
    return QKeySequence(key).toString(_NATIVE)


def menu_shortcuts(bar: QMenuBar) -> Iterator[tuple[str, str, str]]:
    """Yield of every command that has a key: its menu, what it does, and the key as it is written here."""
    for top in bar.actions():
        menu = top.menu()
        for action in menu.actions() if isinstance(menu, QMenu) else ():
            if not action.shortcut().isEmpty():
                key = action.shortcut().toString(_NATIVE)
                yield _plain_title(top.text()), _plain_title(action.text()), key


def _add_command(menu: QMenu, command: MenuCommand) -> QAction:
    action = menu.addAction(command.text)
    # On macOS, Qt would move what looks like settings or the end of the program by its text.
    action.setMenuRole(QAction.MenuRole.QuitRole if command.key is _QUIT else QAction.MenuRole.NoRole)
    action.setObjectName(command.name)
    action.triggered.connect(lambda checked, act=command.act: act())
    if command.key is not None:
        action.setShortcuts(shortcuts(command.key))
    if command.on is not None:
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        command.on.addAction(action)
    return action


def _add_radio_group(menu: QMenu, radio: RadioGroup) -> None:
    group = QActionGroup(menu)
    for value, text in radio.values.items():
        action = menu.addAction(text)
        action.setCheckable(True)
        action.setData(value)
        action.triggered.connect(lambda checked, value=value: radio.act(value))
        group.addAction(action)
    menu.aboutToShow.connect(lambda: _check(group, radio.current()))


def _check(group: QActionGroup, value: str) -> None:
    for action in group.actions():
        action.setChecked(action.data() == value)


def _add_toggle(menu: QMenu, toggle: Toggle) -> None:
    action = menu.addAction(toggle.text)
    action.setCheckable(True)
    if toggle.key is not None:
        action.setShortcuts(shortcuts(toggle.key))
    # What it stands at may have changed elsewhere, so neither the mark nor its key goes by the mark.
    action.triggered.connect(lambda checked: toggle.act(not toggle.is_on()))
    menu.aboutToShow.connect(lambda: action.setChecked(toggle.is_on()))


def _plain_title(text: str) -> str:
    return text.replace("&", "").removesuffix("…").rstrip()
