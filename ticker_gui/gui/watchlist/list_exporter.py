"""Export of the displayed list to files: as a table, for TradingView, and as text."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from ticker_gui.engine.engine import Engine
from ticker_gui.gui.watchlist.list_controller import WatchlistController
from ticker_gui.gui.watchlist.panel import WatchlistPanel
from ticker_gui.gui.watchlist.row_files import export, export_list


class ListExporter(QObject):
    """Exports the displayed list as the table requests it."""

    def __init__(
        self,
        engine: Engine,
        list_controller: WatchlistController,
        panel: WatchlistPanel,
        show_message: Callable[[str], object],
    ) -> None:
        super().__init__(panel)
        self._engine = engine
        self._list_controller = list_controller
        self._panel = panel
        self._show_message = show_message
        panel.table.export_requested.connect(self.export_rows)
        panel.table.list_export_requested.connect(self.export_symbols)

    def export_rows(self, is_all: bool) -> None:
        """Export the rows as CSV: the whole list with all columns, or the visible rows and columns."""
        export(self._panel, self._list_controller.active_list.name, self._show_message, is_all=is_all)

    def export_symbols(self, is_for_tradingview: bool) -> None:
        """Export the symbols and sections for TradingView or as text."""
        exchanges = {name: feed.settings.protocol.exchange() for name, feed in self._engine.feeds.items()}
        named = self._list_controller.active_list
        export_list(self._panel, named, exchanges, self._show_message, is_for_tradingview=is_for_tradingview)
