"""The bell in the toolbar: opens the alerts, and says how many have fired and are not acknowledged."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QToolButton

from ticker_gui.gui.widgets.icons import icon
from ticker_gui.gui.widgets.labeled_button import set_icon_beside_text, show_label
from ticker_gui.gui.widgets.plain_text import set_tooltip

_MAX_SHOWN: Final = 99
_TITLE: Final = "Alerts"


class AlertBell(QToolButton):
    """Shows a bell, with a number and in another color while alerts have fired.

    Signals:
        resized: the width that it needs has changed.
    """

    resized = Signal()

    def __init__(self, panel_action: QAction) -> None:
        super().__init__()
        self._key: Final = panel_action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        self._fired = -1
        self.setObjectName("alert_bell")
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.show_fired(0)

    def show_fired(self, count: int) -> None:
        """Show how many alerts have fired and are not acknowledged; nothing beside the bell if there are none."""
        if count == self._fired:
            return
        self._fired = count
        words = f"{count:,} alert{'s have' if count != 1 else ' has'} fired" if count else ""
        if count:
            set_icon_beside_text(self, "bell", "warning")
            self.setText(f"{count}" if count <= _MAX_SHOWN else f"{_MAX_SHOWN}+")
        else:
            self.setIcon(icon("bell"))
            self.setText("")
            show_label(self, has_label=False)
        self.setAccessibleName(f"{_TITLE}: {words}" if words else _TITLE)
        set_tooltip(self, f"{words or _TITLE}  {self._key}")
        self.resized.emit()
