"""Declarative menus: items with actions and shortcuts, for the menu bar and context menus."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple, TypeAlias

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from ticker_gui.gui.widgets.icons import icon
from ticker_gui.gui.widgets.menu_icons import menu_icon

Key: TypeAlias = QKeySequence.StandardKey | str

# Ctrl+Tab switches tabs on every platform; Qt's "Ctrl" is Command on macOS, where Command+Tab switches applications.
_CONTROL: Final = "Meta" if sys.platform == "darwin" else "Ctrl"
NEXT_TAB: Final = f"{_CONTROL}+Tab"
PREVIOUS_TAB: Final = f"{_CONTROL}+Shift+Tab"

_QUIT: Final = QKeySequence.StandardKey.Quit
_FALLBACK_KEYS: Final = {_QUIT: "Ctrl+Q"}  # Windows has no standard key
_REDO_KEYS: Final = ("Ctrl+Shift+Z", "Ctrl+Y")
_MODIFIERS: Final = ("Ctrl", "Shift", "Alt")
_REASON: Final = "reason"  # the property of an action that cannot be chosen
_MNEMONIC: Final = re.compile("&(.?)")
_NATIVE: Final = QKeySequence.SequenceFormat.NativeText


class MenuCommand(NamedTuple):
    """A menu item that runs an action. With ``on``, its shortcut works only while that widget has the focus.

    The ``name`` identifies its action, for example to change the text later. ``unavailable`` returns why the item
    cannot be chosen now, or an empty text.
    """

    text: str
    act: Callable[[], object]
    key: Key | None = None
    on: QWidget | None = None
    name: str = ""
    unavailable: Callable[[], str] | None = None


class RadioGroup(NamedTuple):
    """Items of which one is checked: values and their titles.

    ``current`` returns the checked value; ``act`` receives the new one. ``unavailable`` is that of a `MenuCommand`.
    """

    values: Mapping[str, str]
    current: Callable[[], str]
    act: Callable[[str], object]
    unavailable: Callable[[], str] | None = None


class Toggle(NamedTuple):
    """A checkable item with the state ``is_on``; ``act`` receives the new state.

    With ``on``, its shortcut works only while that widget has the focus. ``unavailable`` is that of a `MenuCommand`.
    """

    text: str
    is_on: Callable[[], bool]
    act: Callable[[bool], object]
    key: Key | None = None
    on: QWidget | None = None
    unavailable: Callable[[], str] | None = None


class Submenu(NamedTuple):
    """An item that opens a submenu."""

    text: str
    items: Sequence[MenuItem]


MenuItem: TypeAlias = MenuCommand | RadioGroup | Toggle | Submenu | QAction | None  # None is a separator


def fill_menu_bar(bar: QMenuBar, menus: Mapping[str, Sequence[MenuItem]]) -> None:
    """Add menus to a menu bar."""
    for title, items in menus.items():
        fill_menu(bar.addMenu(title), items, is_permanent=True)


def fill_menu(menu: QMenu, items: Sequence[MenuItem], *, is_permanent: bool = False) -> None:
    """Add items to a menu.

    Submenus of a permanent one get theirs when it opens, except for shortcuts: a window starts faster without them.
    """
    for item in items:
        match item:
            case None:
                menu.addSeparator()
            case MenuCommand():
                _add_command(menu, item)
            case Submenu():
                submenu = menu.addMenu(item.text)
                _set_icon(submenu.menuAction())
                if is_permanent and not _has_shortcut(item.items):
                    _fill_when_opened(menu, submenu, item.items)
                else:
                    fill_menu(submenu, item.items)
            case RadioGroup():
                _add_radio_group(menu, item)
            case Toggle():
                _add_toggle(menu, item)
            case QAction():
                menu.addAction(item)


def _fill_when_opened(menu: QMenu, submenu: QMenu, items: Sequence[MenuItem]) -> None:
    def fill() -> None:
        if submenu.isEmpty():
            fill_menu(submenu, items)

    menu.aboutToShow.connect(fill)


def _has_shortcut(items: Sequence[MenuItem]) -> bool:
    for item in items:
        match item:
            case MenuCommand() | Toggle() if item.key is not None:
                return True
            case Submenu() if _has_shortcut(item.items):
                return True
            case QAction():
                return True
    return False


def popup(parent: QWidget, at: QPoint, items: Sequence[MenuItem]) -> None:
    """Open a context menu at a screen position; it does not block the event loop."""
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    fill_menu(menu, items)
    menu.popup(at)


def shortcuts(key: Key) -> list[QKeySequence]:
    """Return the shortcuts of a command on this platform; the first one is displayed."""
    if isinstance(key, str):
        return [QKeySequence(key)]
    found = QKeySequence(key)
    if found.isEmpty():
        found = QKeySequence(_FALLBACK_KEYS.get(key, ""))
    if key is QKeySequence.StandardKey.Redo:  # both keys are common, and each desktop has one of them
        return list(dict.fromkeys((found, *map(QKeySequence, _REDO_KEYS))))
    if key is QKeySequence.StandardKey.Delete and sys.platform == "darwin":  # its keyboards have Delete only with Fn
        return [QKeySequence("Backspace"), found]
    return [found]


def native_key(key: str) -> str:
    """Return the platform's name of a key or modifier: Ctrl, or ⌘ on macOS."""
    if key in _MODIFIERS:
        return QKeySequence(f"{key}+A").toString(_NATIVE).removesuffix("A").rstrip("+")
    return QKeySequence(key).toString(_NATIVE)


def menu_shortcuts(bar: QMenuBar) -> Iterator[tuple[str, str, str]]:
    """Yield menu, title and shortcut of every command that has a shortcut."""
    for top in bar.actions():
        menu = top.menu()
        for action in menu.actions() if isinstance(menu, QMenu) else ():
            if not action.shortcut().isEmpty():
                key = action.shortcut().toString(_NATIVE)
                yield plain_title(top.text()), plain_title(action.text()), key


def menu_actions(bar: QMenuBar) -> Iterator[tuple[tuple[str, ...], QAction]]:
    """Yield every command with the plain titles of its menus, in the state that it has while its menu is open."""
    for top in bar.actions():
        if isinstance(menu := top.menu(), QMenu):
            yield from _walk(menu, (plain_text(top.text()),))


def set_available(action: QAction, reason: str) -> None:
    """Enable an action if the reason why it cannot be chosen is empty, else disable it."""
    action.setEnabled(not reason)
    action.setProperty(_REASON, reason)


def reason_of(action: QAction) -> str:
    """Return why an action cannot be chosen; empty if it can."""
    return "" if action.isEnabled() else str(action.property(_REASON) or "Not available right now")


def plain_text(text: str) -> str:
    """Return the text of a menu item as it is displayed, without its mnemonic."""
    return _MNEMONIC.sub(r"\1", text)


def _walk(menu: QMenu, titles: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], QAction]]:
    menu.aboutToShow.emit()  # updates the items
    try:
        for action in menu.actions():
            if isinstance(submenu := action.menu(), QMenu):
                yield from _walk(submenu, (*titles, plain_text(action.text())))
            elif not action.isSeparator():
                yield titles, action
    finally:
        menu.aboutToHide.emit()


def _add_command(menu: QMenu, command: MenuCommand) -> QAction:
    action = menu.addAction(command.text)
    # On macOS, Qt would move items that look like Settings or Quit by their text.
    action.setMenuRole(QAction.MenuRole.QuitRole if command.key is _QUIT else QAction.MenuRole.NoRole)
    action.setObjectName(command.name)
    _set_icon(action)
    action.triggered.connect(lambda checked, act=command.act: act())
    _set_shortcut(action, command.key, command.on)
    _follow_availability(menu, action, command.unavailable)
    return action


def _set_icon(action: QAction) -> None:
    if icon_name := menu_icon(plain_title(action.text())):
        action.setIcon(icon(icon_name))


def _follow_availability(menu: QMenu, action: QAction, unavailable: Callable[[], str] | None) -> None:
    """Disable an unavailable action while its menu is open; its shortcut works at all other times."""
    if unavailable is not None:
        menu.aboutToShow.connect(lambda: set_available(action, unavailable()))
        menu.aboutToHide.connect(lambda: set_available(action, ""))


def _set_shortcut(action: QAction, key: Key | None, on: QWidget | None) -> None:
    if key is not None:
        action.setShortcuts(shortcuts(key))
    if on is not None:
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        on.addAction(action)


def _add_radio_group(menu: QMenu, radio: RadioGroup) -> None:
    group = QActionGroup(menu)
    for value, text in radio.values.items():
        action = menu.addAction(text)
        action.setCheckable(True)
        action.setData(value)
        action.triggered.connect(lambda checked, value=value: radio.act(value))
        group.addAction(action)
        _follow_availability(menu, action, radio.unavailable)
    menu.aboutToShow.connect(lambda: _check(group, radio.current()))


def _check(group: QActionGroup, value: str) -> None:
    for action in group.actions():
        action.setChecked(action.data() == value)


def _add_toggle(menu: QMenu, toggle: Toggle) -> None:
    action = menu.addAction(toggle.text)
    action.setCheckable(True)
    _set_shortcut(action, toggle.key, toggle.on)
    # The state may have changed elsewhere, so the check mark is not trusted.
    action.triggered.connect(lambda checked: toggle.act(not toggle.is_on()))
    menu.aboutToShow.connect(lambda: action.setChecked(toggle.is_on()))
    _follow_availability(menu, action, toggle.unavailable)


def plain_title(text: str) -> str:
    """Return the text of a menu item without its mnemonic and ellipsis."""
    return text.replace("&", "").removesuffix("…").rstrip()
