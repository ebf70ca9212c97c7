"""Import of symbols that are pasted, dropped or read from a file, with a preview if something is uncertain."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from ticker_gui.domain.sanitize import quoted
from ticker_gui.formatting.numbers import counted
from ticker_gui.gui.watchlist.list_controller import WatchlistController
from ticker_gui.gui.watchlist.panel import WatchlistPanel
from ticker_gui.gui.watchlist.row_files import read_files
from ticker_gui.gui.widgets.dialogs import show_in_front
from ticker_gui.list_import.imported_list import ImportedList, ImportedSection

_FILTERS = "Lists and tables (*.txt *.csv *.tsv);;All files (*)"


class ListImporter(QObject):
    """Adds the symbols of a text to the displayed list.

    ``feed`` returns the feed that gets them; empty for the one that has the symbol.
    """

    def __init__(
        self,
        list_controller: WatchlistController,
        panel: WatchlistPanel,
        feed: Callable[[], str],
        show_message: Callable[[str], object],
    ) -> None:
        super().__init__(panel)
        self._list_controller = list_controller
        self._panel = panel
        self._feed = feed
        self._show_message = show_message
        self._waiting: dict[str, tuple[str, ...]] = {}  # sections, and their symbols that no feed had
        list_controller.changed.connect(self._group_waiting)
        panel.table.text_dropped.connect(self.import_text)
        panel.table.files_dropped.connect(self.import_files)
        panel.table.import_requested.connect(self.choose_file)

    def import_text(self, text: str) -> None:
        """Add the symbols in a text, after a preview if something was guessed or not understood."""
        from ticker_gui.list_import.reading import read_list  # not needed at the start of the program

        self._import(read_list(text))

    def import_files(self, paths: Sequence[str]) -> None:
        """Add the symbols in text files."""
        read_files(paths, self.import_text, self._show_message)

    def choose_file(self) -> None:
        """Open a file dialog, and add the symbols in the chosen files."""
        dialog = QFileDialog(self._panel, "Import symbols")
        dialog.setObjectName("import_file")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setNameFilters(_FILTERS.split(";;"))
        dialog.filesSelected.connect(self.import_files)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _import(self, found: ImportedList) -> None:
        feed = self._feed()
        if not found.symbols:
            self._show_message(_describe_nothing(found))
        elif not found.needs_review:
            self._add(feed, found.sections)
        else:
            from ticker_gui.gui.watchlist.import_preview import ImportPreview

            preview = ImportPreview(found, self._panel)
            preview.confirmed.connect(lambda sections: self._add(feed, sections))
            show_in_front(preview)

    def _add(self, feed: str, sections: Sequence[ImportedSection]) -> None:
        self._waiting = {}
        self._list_controller.add_sections(feed, sections)
        listed = self._listed
        missing = {name: tuple(one for one in symbols if one not in listed) for name, symbols in sections if name}
        self._waiting = {name: symbols for name, symbols in missing.items() if symbols}

    @property
    def _listed(self) -> set[str]:
        return {entry.symbol for entry in self._list_controller.active_list.entries}

    def _group_waiting(self) -> None:
        """Put imported symbols into their sections once a feed that was connected for them has brought them."""
        listed = self._listed if self._waiting else set()
        arrived = {name: symbols for name, symbols in self._waiting.items() if listed.issuperset(symbols)}
        if arrived:
            self._waiting = {name: symbols for name, symbols in self._waiting.items() if name not in arrived}
            self._list_controller.add_sections("", [ImportedSection(*section) for section in arrived.items()])


def _describe_nothing(found: ImportedList) -> str:
    if not found.rejected:
        return "No symbols found: the text is empty."
    others = len(found.rejected) - 1
    more = f" and {counted(others, 'more line')}" if others else ""
    # The reason comes first, because the end of a long message may not be visible.
    return f"No symbols found. Names, numbers and ISINs are not symbols: {quoted(found.rejected[0])}{more}."
