"""The dialog that shows what was found in an imported text before it is added."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.formatting.numbers import counted
from ticker_gui.gui.widgets.dialogs import resize_within_screen
from ticker_gui.gui.widgets.plain_text import plain_label
from ticker_gui.list_import.imported_list import ImportedColumn, ImportedList, ImportedSection

_SECTION: Final = Qt.ItemDataRole.UserRole
_REJECTED_HEIGHT: Final = 110
_ITEM_SPACING: Final = 2
_MAX_TITLE: Final = 40
_GUESSED: Final = "Some may be names. Uncheck any that are not symbols."


class ImportPreview(QDialog):
    """Lists the symbols that were found, each with a check box, and the lines that were not understood.

    Signals:
        confirmed: the sections with the checked symbols.
    """

    confirmed = Signal(object)

    def __init__(self, found: ImportedList, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("import_preview")
        self.setAccessibleName("Import symbols")
        self.setWindowTitle("Import symbols")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        resize_within_screen(self, QSize(440, 520))
        self._summary = plain_label("", "import_summary")
        self._summary.setWordWrap(True)
        self._symbols = _list("import_symbols", "Symbols to add")
        layout = QVBoxLayout(self)
        if found.choices:
            layout.addLayout(self._make_column_choice(found.choices))
        layout.addWidget(self._summary)
        if not found.is_certain:
            guessed = plain_label(_GUESSED, "muted")
            guessed.setWordWrap(True)
            layout.addWidget(guessed)
        layout.addWidget(self._symbols, 1)
        self._rejected_title = plain_label("Not understood, and not added:")
        self._rejected = _list("import_rejected", "Not understood")
        self._rejected.setMaximumHeight(_REJECTED_HEIGHT)
        self._rejected.setWordWrap(True)
        self._rejected.setResizeMode(QListWidget.ResizeMode.Adjust)
        self._rejected.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        layout.addWidget(self._rejected_title)
        layout.addWidget(self._rejected)
        layout.addWidget(self._make_buttons())
        self._symbols.itemChanged.connect(self._show_count)
        self._show(found)
        self._add.setFocus()

    @property
    def chosen(self) -> tuple[ImportedSection, ...]:
        """The sections with the checked symbols."""
        sections: dict[str, list[str]] = {}
        for item in self._items():
            if item.checkState() is Qt.CheckState.Checked:
                sections.setdefault(str(item.data(_SECTION)), []).append(item.text())
        return tuple(ImportedSection(name, tuple(symbols)) for name, symbols in sections.items())

    def accept(self) -> None:
        self.confirmed.emit(self.chosen)
        super().accept()

    def _show(self, found: ImportedList) -> None:
        self._summary.setText(found.describe())
        self._symbols.clear()
        for section in found.sections:
            self._add_section(section)
        self._rejected.clear()
        self._rejected.addItems(list(found.rejected))
        for part in (self._rejected_title, self._rejected):
            part.setVisible(bool(found.rejected))
        self._show_count()

    def _make_column_choice(self, choices: Sequence[ImportedColumn]) -> QHBoxLayout:
        box = QComboBox()
        box.setObjectName("import_column")
        box.addItems([sanitize_text(column.title, _MAX_TITLE) for column in choices])
        box.currentIndexChanged.connect(lambda index: self._show(choices[index].found))
        label = plain_label("Several columns contain symbols. &Import:")
        label.setBuddy(box)
        box.setAccessibleName("Column to import")
        row = QHBoxLayout()
        row.addWidget(label)
        row.addWidget(box, 1)
        return row

    def _add_section(self, section: ImportedSection) -> None:
        if section.name:
            heading = QListWidgetItem(section.name, self._symbols)
            heading.setFlags(Qt.ItemFlag.ItemIsEnabled)  # a disabled text would be too faint to read
            font = heading.font()
            font.setWeight(QFont.Weight.DemiBold)
            heading.setFont(font)
        for symbol in section.symbols:
            item = QListWidgetItem(symbol, self._symbols)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked)
            item.setData(_SECTION, section.name)

    def _make_buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox(self)
        buttons.setObjectName("import_buttons")
        self._add = QPushButton()
        self._add.setObjectName("import_confirm")
        self._add.setDefault(True)
        buttons.addButton(self._add, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton("Cancel", QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        return buttons

    def _items(self) -> list[QListWidgetItem]:
        items = [self._symbols.item(row) for row in range(self._symbols.count())]
        return [item for item in items if item.flags() & Qt.ItemFlag.ItemIsUserCheckable]

    def _show_count(self) -> None:
        count = sum(len(section.symbols) for section in self.chosen)
        self._add.setText(f"Add {counted(count, 'symbol')}")
        self._add.setEnabled(count > 0)


def _list(name: str, title: str) -> QListWidget:
    widget = QListWidget()
    widget.setObjectName(name)
    widget.setAccessibleName(title)
    widget.setSpacing(_ITEM_SPACING)
    return widget
