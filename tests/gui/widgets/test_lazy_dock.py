from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from ticker_gui.gui.widgets.lazy_dock import LazyDock
from ticker_gui.gui.widgets.theme import Theme, load_theme


class OneDock(LazyDock[QLabel]):
    """A dock whose panel is a label."""

    def __init__(self) -> None:
        super().__init__("one", "One", load_theme("dark"), QSize(300, 200), QSize(30, 20))
        self.made: list[QLabel] = []
        self.themes: list[bool] = []

    def _make_panel(self) -> tuple[QLabel, QWidget]:
        panel = QLabel()
        panel.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.made.append(panel)
        return panel, QLabel("Head")

    def _apply_theme(self, panel: QLabel, theme: Theme) -> None:
        self.themes.append(theme.is_dark)


def test_the_panel_is_built_once_and_its_header_replaces_the_title(qapp: QApplication) -> None:
    dock, built = OneDock(), list[object]()
    dock.built.connect(built.append)
    shown = list[bool]()
    dock.shown.connect(lambda: shown.append(dock.panel.isVisible()))
    dock.set_theme(load_theme("light"))
    assert (dock.built_panel, dock.themes) == (None, [])
    for _ in range(2):
        dock.make_parts()
        dock.show()
        dock.hide()
    assert built == dock.made == [dock.panel]
    assert shown == [True, True]
    assert [label.text() for label in dock.header.findChildren(QLabel) if not label.isHidden()] == ["Head"]
    dock.set_theme(load_theme("dark"))
    assert dock.themes == [True]
    assert dock.focusProxy() is dock.panel
    assert (dock.sizeHint(), dock.minimumSizeHint()) == (QSize(300, 200), QSize(30, 20))
