"""The time zone of the chart as a field that filters the zones while the user types."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache

from PySide6.QtCore import QObject, QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QComboBox, QCompleter, QWidget

from ticker_gui.gui.chart.options import LOCAL, ZONES, local_zone_name
from ticker_gui.gui.widgets.plain_text import set_tooltip
from ticker_gui.gui.widgets.suggestion_list import SuggestionDelegate, show_suggestions_in_list

_UTC = "UTC"
_MIN_POPUP_WIDTH = 240  # pixels; the names of zones are longer than the field
_TIP = "Time zone of the axis; type part of its name"


class ZoneBox(QComboBox):
    """Offers the usual zones in its list, and all others while typing.

    Signals:
        chosen: the user has chosen a zone, `LOCAL` or an IANA name.
    """

    chosen = Signal(str)

    def __init__(self, zone: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("time_zone")
        self.setAccessibleName("Time zone")
        set_tooltip(self, _TIP)
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(12)
        if (field := self.lineEdit()) is not None:
            field.setAccessibleName("Time zone")
        self._has_all = False
        self._zone = zone
        local_name = local_zone_name()
        self._is_local_utc = local_name == _UTC  # then the list has one item for both
        for name, title in ZONES.items():
            if name == LOCAL:
                self.addItem(f"Local ({local_name})", name)
            elif not (name == _UTC and self._is_local_utc):
                self.addItem(title.replace("&", ""), name)
        self.activated.connect(self._choose_row)
        self.show_zone(zone)

    @property
    def zone(self) -> str:
        """The current zone."""
        return self._zone

    def show_zone(self, zone: str) -> None:
        """Show a zone as the current one."""
        self._zone = zone
        with QSignalBlocker(self):
            if self._row_of(zone) < 0:
                self.addItem(zone, zone)
            self.setCurrentIndex(self._row_of(zone))
        field = self.lineEdit()
        if field is not None:
            field.setCursorPosition(0)

    def _row_of(self, zone: str) -> int:
        """Return the row of a zone, or -1; UTC has the row of the computer's zone if that is UTC."""
        return self.findData(LOCAL if zone == _UTC and self._is_local_utc else zone)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._offer_all()
        super().focusInEvent(event)
        field = self.lineEdit()
        if field is None or event.reason() is Qt.FocusReason.PopupFocusReason:  # the user goes on typing
            return
        field.selectAll()
        if event.reason() is Qt.FocusReason.MouseFocusReason:
            QTimer.singleShot(0, field, field.selectAll)  # the click itself sets the cursor

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() is not Qt.FocusReason.PopupFocusReason:
            self.show_zone(self._zone)  # what was typed and not chosen

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._close_popup()
            self._choose_typed()
        elif event.key() == Qt.Key.Key_Escape:
            self._close_popup()
            self.show_zone(self._zone)
        else:
            super().keyPressEvent(event)

    def _offer_all(self) -> None:
        """Complete the names of all zones; reading them takes some milliseconds, so it is done on first use."""
        if self._has_all:
            return
        self._has_all = True
        names = [self.itemText(row) for row in range(self.count())]
        completer = zone_completer(names, self, without=(_UTC,) if self._is_local_utc else ())
        completer.activated.connect(self._choose_text)
        self.setCompleter(completer)

    def _close_popup(self) -> None:
        """Close the list of suggestions, which otherwise stays open when a key is handled here."""
        completer = self.completer()
        popup = None if completer is None else completer.popup()
        if popup is not None and popup.isVisible():
            popup.hide()

    def _choose_typed(self) -> None:
        """Choose the zone with the name that is typed, or else the first one that contains it."""
        completer = self.completer()
        typed = self.currentText().strip()
        if completer is None or not typed:
            self.show_zone(self._zone)
            return
        completer.setCompletionPrefix(typed)
        model = completer.completionModel()
        offered = [str(model.index(row, 0).data()) for row in range(completer.completionCount())]
        exact = [name for name in offered if name.casefold() == typed.casefold()]
        self._choose_text(next(iter(exact or offered), self.itemText(self._row_of(self._zone))))

    def _choose_row(self, row: int) -> None:
        self._choose(self.itemData(row))

    def _choose_text(self, text: str) -> None:
        row = self.findText(text)
        self._choose(text if row < 0 else self.itemData(row))

    def _choose(self, zone: str) -> None:
        self.show_zone(zone)
        self.chosen.emit(zone)


def zone_completer(names: Sequence[str], parent: QObject, *, without: Collection[str] = ()) -> QCompleter:
    """Return a completer for some names and all other time zones, which finds what is typed anywhere in them."""
    zones = [name for name in all_zones() if name not in without]
    completer = QCompleter(list(dict.fromkeys((*names, *zones))), parent)
    completer.setFilterMode(Qt.MatchFlag.MatchContains)
    completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
    popup = show_suggestions_in_list(completer, SuggestionDelegate())
    popup.setMinimumWidth(_MIN_POPUP_WIDTH)
    return completer


@cache
def all_zones() -> tuple[str, ...]:
    """Return the names of all time zones in order."""
    from zoneinfo import available_timezones  # reads many files

    return tuple(sorted(available_timezones()))


def find_zone(typed: str) -> str:
    """Return the zone with a name, or the first one that contains what is typed; an empty text if there is none."""
    text = typed.strip().casefold()
    names = all_zones() if text else ()
    exact = [name for name in names if name.casefold() == text]
    return next(iter(exact or [name for name in names if text in name.casefold()]), "")
