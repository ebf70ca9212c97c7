"""The Feeds menu of the toolbar and the menu bar: each feed with its state, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QMenu, QWidget

from ticker_gui.domain.state_mark import FeedMark
from ticker_gui.feed_status.feed_row import FeedRow
from ticker_gui.gui.feeds.feed_requests import FeedRequests
from ticker_gui.gui.widgets import menus
from ticker_gui.gui.widgets.menus import MenuCommand
from ticker_gui.gui.widgets.plain_text import mnemonic_free
from ticker_gui.gui.widgets.state_marks import mark_icon
from ticker_gui.gui.widgets.theme import Theme


class FeedsMenu(QMenu):
    """A menu that is current when it opens: ``rows`` returns the feeds, ``open_panel`` opens the Feeds panel."""

    def __init__(
        self,
        requests: FeedRequests,
        rows: Callable[[], Sequence[FeedRow]],
        open_panel: Callable[[], object],
        theme: Theme,
        parent: QWidget,
    ) -> None:
        super().__init__("F&eeds", parent)
        self.setObjectName("feeds_menu")
        self.theme = theme
        self._requests = requests
        self._rows = rows
        self._submenus: dict[str, QMenu] = {}
        self._structure: list[object] = []
        self.addSeparator()
        menus.fill_menu(self, [MenuCommand("All &feeds", open_panel)])
        self._separator = self.actions()[0]
        self.aboutToShow.connect(self._update)

    def add_first(self, command: MenuCommand) -> None:
        """Add a command above the feeds."""
        first = QMenu(self)
        menus.fill_menu(first, [command])
        self.insertAction(self.actions()[0], first.actions()[0])
        self.insertSeparator(self.actions()[1])

    def _update(self) -> None:
        """Show the current feeds; as long as the same is possible, the actions stay, because others may hold them."""
        rows = self._rows()
        structure: list[object] = [
            (row.name, row.is_disabled, row.mark is FeedMark.KEY_NEEDED, row.can_be_saved, row.can_be_changed)
            for row in rows
        ]
        if structure != self._structure:
            self._structure = structure
            self._make_submenus(rows)
        for row in rows:
            action = self._submenus[row.name].menuAction()
            action.setText(describe_row(row))
            action.setIcon(mark_icon(row.mark.state_mark, self.theme))

    def _make_submenus(self, rows: Sequence[FeedRow]) -> None:
        for submenu in self._submenus.values():
            self.removeAction(submenu.menuAction())
            submenu.deleteLater()
        self._submenus = {row.name: QMenu(self) for row in rows}
        for row in rows:
            submenu = self._submenus[row.name]
            menus.fill_menu(submenu, self._requests.items(row))
            self.insertMenu(self._separator, submenu)


def describe_row(row: FeedRow) -> str:
    """Return the title of a feed's submenu: its name, its word, its rate, and whether its alerts are muted."""
    rate = f" · {row.rate:,}/s" if row.state.is_connected and not row.is_disabled else ""
    muted = " · alerts muted" if row.is_muted else ""
    return mnemonic_free(f"{row.display_name}   {row.word}{rate}{muted}")
