"""Docks around the chart, one per panel: each can be closed, floated, tabbed, moved and restored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeVar

from PySide6.QtCore import QByteArray, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabBar, QTabWidget, QToolBar, QWidget

from ticker_gui.formatting.numbers import NumberStyle
from ticker_gui.gui.widgets.measures import SPLITTER_WIDTH
from ticker_gui.gui.widgets.menus import MenuCommand, MenuItem, Submenu, Toggle
from ticker_gui.gui.widgets.theme import Theme
from ticker_gui.gui.window.layout_checksum import checked, with_checksum
from ticker_gui.gui.window.panel_dock import PanelDock
from ticker_gui.gui.window.panels import HasNumberStyle, HasTheme, Panel, PanelContext
from ticker_gui.gui.window.proportions import ChosenWidth, fitting_list_width, list_width, max_bottom_height

_LAYOUT_VERSION: Final = 1
_MIN_HEIGHT_SHARE: Final = 0.8  # of the preferred height of a panel
_MIN_CENTRAL_WIDTH: Final = 360
_SIDES: Final = Qt.DockWidgetArea.LeftDockWidgetArea | Qt.DockWidgetArea.RightDockWidgetArea
_BEFORE_CENTER: Final = (Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.TopDockWidgetArea)

W = TypeVar("W", bound=QWidget)


class PanelDocks(QObject):
    """All docks of a window.

    Signals:
        changed: a panel was opened, closed, floated or moved.
        arranged: all panels were arranged as in a new window, at the user's request.
        revealed: a panel has to become visible; its widget.
        opened: the user has opened a panel; its widget.
        painted: a floating panel has been painted; how many seconds that took.
    """

    changed = Signal()
    arranged = Signal()
    revealed = Signal(object)
    opened = Signal(object)
    painted = Signal(float)

    def __init__(self, window: QMainWindow, context: PanelContext, panels: Sequence[Panel]) -> None:
        super().__init__(window)
        self._window = window
        self._docks = [PanelDock(panel, context, window) for panel in panels]
        self._state_while_hidden: bytes | None = None
        self._hidden_with_window: list[PanelDock] = []
        self._closed_last: list[PanelDock] = []  # at the bottom
        self._opened_before: list[PanelDock] = []
        self._full_heights: dict[PanelDock, int] = {}  # at the bottom, in a window that is high enough
        self._only_part: QWidget | None = None
        self._chosen_width: ChosenWidth | None = None  # of the panels at the side, by the user
        self._is_width_known = True  # a layout of an older version does not say who chose its width
        self._state_of_all: bytes | None = None  # the layout to return to, while only one part is shown
        window.setDockOptions(QMainWindow.DockOption.AllowTabbedDocks | QMainWindow.DockOption.AllowNestedDocks)
        window.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        for dock in self._docks:
            dock.painted.connect(self.painted)
            dock.left.connect(self._focus_center)
            dock.opened.connect(lambda dock=dock: self._on_opened(dock))
            dock.toggleViewAction().triggered.connect(lambda is_open, dock=dock: self._show_all_and(dock, is_open))
            for signal in (dock.topLevelChanged, dock.dockLocationChanged, dock.visibilityChanged):
                signal.connect(self._note_change)
        QGuiApplication.instance().screenRemoved.connect(self.keep_on_screen)  # type: ignore[union-attr]
        self._follow_tabs_soon = QTimer(self, singleShot=True, interval=0)  # Qt is still arranging the panels
        self._follow_tabs_soon.timeout.connect(self._follow_tabs)
        self._arrange()

    def _note_change(self) -> None:
        self._follow_tabs_soon.start()
        self.changed.emit()

    def _on_opened(self, dock: PanelDock) -> None:
        if dock.panel.size and not self._is_at_side(dock) and dock not in self._opened_before:
            self._opened_before.append(dock)
            QTimer.singleShot(0, dock, lambda: self._adapt_height(dock))  # when it has been laid out
        self.opened.emit(dock.widget())

    def _adapt_height(self, dock: PanelDock) -> None:
        """Give a panel at the bottom that is opened for the first time its height, if it got much less, or too much."""
        limit = max_bottom_height(self._window.height())
        height = min(dock.panel.size, limit)
        self._full_heights[dock] = dock.panel.size
        if not dock.isFloating() and not _MIN_HEIGHT_SHARE * height <= dock.height() <= limit:
            self._set_extent(dock, height)

    def widget(self, kind: type[W]) -> W:
        """Return the panel of a type."""
        return next(widget for dock in self._docks if isinstance(widget := dock.widget(), kind))

    @property
    def only_part(self) -> QWidget | None:
        """The panel or the central widget that is shown alone, if any."""
        return self._only_part if self._state_of_all is not None else None

    def show_only(self, widget: QWidget, *, with_bottom: bool = False) -> None:
        """Hide the central widget and all docked panels except one of them, which gets the keyboard focus.

        With ``with_bottom``, open panels at the bottom stay.
        """
        self.show_all()
        bottom = self._open_at_bottom() if with_bottom else []
        self._state_of_all, self._only_part = self.capture(), widget
        for dock in self._docks:
            if not dock.isFloating():
                dock.setVisible(dock in bottom or dock.isAncestorOf(widget))
        if (center := self._window.centralWidget()) is not None:
            center.setVisible(center is widget)
        widget.setFocus()

    def show_all(self) -> None:
        """Return from `show_only` to the layout before."""
        if self._state_of_all is not None:
            state, self._state_of_all = self._state_of_all, None
            if (center := self._window.centralWidget()) is not None:
                center.show()
            self.restore(state)

    def _show_all_and(self, dock: PanelDock, is_open: bool) -> None:
        """Return to the layout with all panels, because the user has opened or closed one of them."""
        if self._state_of_all is not None:
            self.show_all()
            dock.setVisible(is_open)
            (dock.open if is_open else self._focus_center)()
        if is_open:
            self.revealed.emit(dock.widget())

    def _focus_center(self) -> None:
        self.show_all()
        if (center := self._window.centralWidget()) is not None:
            center.setFocus()
        if not self._window.isActiveWindow():  # the panel floats
            self._window.activateWindow()

    def open(self, widget: QWidget) -> None:
        """Show the panel that contains a widget, and give it the keyboard focus."""
        self._show_all_unless_only(widget)
        self._dock_of(widget).open()
        self.revealed.emit(widget)

    def reveal(self, widget: QWidget) -> None:
        """Show the panel that contains a widget; the keyboard focus does not change."""
        self._show_all_unless_only(widget)
        self._dock_of(widget).reveal()
        self.revealed.emit(widget)

    def is_in_front(self, widget: QWidget) -> bool:
        """Return whether the panel that contains a widget is open and not behind another tab."""
        return self._dock_of(widget).is_in_front

    def close(self, widget: QWidget) -> None:
        """Close the panel that contains a widget."""
        self._dock_of(widget).close()

    def _show_all_unless_only(self, widget: QWidget) -> None:
        if self._state_of_all is not None and self._only_part is not widget:
            self.show_all()

    def set_theme(self, theme: Theme) -> None:
        """Set the colors of all panels."""
        for dock in self._docks:
            if isinstance(widget := dock.widget(), HasTheme):
                widget.set_theme(theme)

    def set_style(self, style: NumberStyle) -> None:
        """Set the number format of all panels."""
        for dock in self._docks:
            if isinstance(widget := dock.widget(), HasNumberStyle):
                widget.set_style(style)

    def toggle(self, widget: QWidget) -> QAction:
        """Return the action that opens and closes the panel that contains a widget."""
        return self._dock_of(widget).toggleViewAction()

    def visible_parts(self) -> list[QWidget]:
        """Return the central widget and the panels in front, in the order of reading, without floating panels."""
        in_front = [dock for dock in self._docks if dock.is_in_front and not dock.isFloating()]
        parts = [dock.widget() for dock in in_front if self._window.dockWidgetArea(dock) in _BEFORE_CENTER]
        if (center := self._window.centralWidget()) is not None and center.isVisible():
            parts.append(center)
        return [*parts, *(dock.widget() for dock in in_front if dock.widget() not in parts)]

    def _follow_tabs(self) -> None:
        """Keep the tabs of panels out of the order of Tab while they are not displayed: Qt only moves them away."""
        for bar in self._window.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly):
            is_displayed = self._window.rect().intersects(bar.geometry())
            bar.setFocusPolicy(Qt.FocusPolicy.TabFocus if is_displayed else Qt.FocusPolicy.NoFocus)
            bar.setAccessibleName("Panels")

    @property
    def is_bottom_open(self) -> bool:
        """Whether a panel below the chart is open."""
        return bool(self._open_at_bottom())

    def show_bottom(self, is_open: bool) -> None:
        """Open the panel below the chart that was closed last, or the first one; or close all of them."""
        if not is_open:
            self._closed_last = self._open_at_bottom()
            for dock in self._closed_last:
                dock.close()
            return
        self.show_all()
        for dock in self._closed_last or self._at_bottom()[:1]:
            dock.open()

    def _at_bottom(self) -> list[PanelDock]:
        area, bottom = self._window.dockWidgetArea, Qt.DockWidgetArea.BottomDockWidgetArea
        return [dock for dock in self._docks if not dock.isFloating() and area(dock) is bottom]

    def _open_at_bottom(self) -> list[PanelDock]:
        return [dock for dock in self._at_bottom() if not dock.isHidden()]

    def keep_bottom(self) -> None:
        """Return from `show_only` to the layout before, but with the panels at the bottom that are open now."""
        if self._state_of_all is None:
            return
        is_open = {dock: not dock.isHidden() for dock in self._at_bottom()}
        self.show_all()
        for dock, is_dock_open in is_open.items():
            dock.setVisible(is_dock_open)

    def menu_items(self) -> list[MenuItem]:
        """Return the items of the View menu: a toggle for each panel, and commands for all panels."""
        floats = [Toggle(dock.panel.title, dock.isFloating, dock.set_floating) for dock in self._docks]
        return [
            *(dock.toggleViewAction() for dock in self._docks),
            Submenu("Floa&t panel", floats),
            MenuCommand("Reset la&yout", self.reset),
        ]

    def reset(self, *, is_requested: bool = True) -> None:
        """Arrange all panels as in a new window, at the user's request unless a saved layout cannot be restored."""
        self.show_all()
        for dock in self._docks:
            if not dock.panel.is_open:
                dock.close()  # moves the focus out of it
        self._arrange()
        self.share_space()
        if is_requested:
            self.arranged.emit()
        self.changed.emit()

    def _arrange(self) -> None:
        size = self._window.size()
        first_at: dict[Qt.DockWidgetArea, PanelDock] = {}
        for dock in self._docks:
            dock.setFloating(False)
            dock.show_for_arranging()
            self._window.addDockWidget(dock.panel.area, dock)
            if (first := first_at.setdefault(dock.panel.area, dock)) is not dock:
                self._window.tabifyDockWidget(first, dock)
        for dock in self._docks:  # only now: Qt leaves out hidden panels when it joins two
            dock.setVisible(dock.panel.is_open)
        if (layout := self._window.layout()) is not None and self._window.size() != size:
            layout.activate()
            self._window.resize(size)  # Qt has made room for the panels that were visible meanwhile

    def share_space(self) -> None:
        """Give each docked panel its preferred size, and the chart the rest: about 60 % of the width."""
        self._chosen_width, self._is_width_known = None, True
        for dock in self._docks:
            at_side = self._is_at_side(dock)
            if dock.isHidden() and not at_side:
                continue  # it gets its own height when it is opened
            self._set_extent(dock, dock.panel.size or (list_width(self._window.width()) if at_side else 0))

    def reset_size(self, dock: QDockWidget) -> None:
        """Give one panel its preferred size; a panel at the side adapts to the width of the window again."""
        if isinstance(dock, PanelDock):
            if at_side := self._is_at_side(dock):
                self._chosen_width, self._is_width_known = None, True
            self._set_extent(dock, dock.panel.size or (list_width(self._window.width()) if at_side else 0))
            self.changed.emit()

    def _is_at_side(self, dock: PanelDock) -> bool:
        return bool(self._window.dockWidgetArea(dock) & _SIDES)

    def follow_width(self, before: int, now: int) -> None:
        """Adapt the panels at the side to a new width of the window; the width that the user has set stays."""
        for dock in self._docks:
            if dock.panel.size or dock.isFloating() or dock.isHidden() or not self._is_at_side(dock):
                continue
            if not self._is_width_known:
                self._is_width_known = True
                if before > 0 and abs(dock.width() - self._automatic_width(before)) > 1:
                    self._chosen_width = ChosenWidth(dock.width(), before)
            self._set_extent(dock, fitting_list_width(self._chosen_width, now))

    def follow_height(self, before: int, now: int) -> None:
        """Shrink the panels at the bottom with the window, so that the chart stays readable, and grow them with it."""
        limit, heights = max_bottom_height(now), self._full_heights
        for dock in filter(lambda one: one.is_in_front, self._open_at_bottom()):
            if now < before and dock.height() > limit:
                self._set_extent(dock, heights.setdefault(dock, dock.height()))
            elif now > before and dock.height() < min(limit, heights.get(dock, 0)):
                self._set_extent(dock, heights[dock])

    def restore_width(self) -> None:
        """Give the panels at the side the width that the user has chosen, or the one that fits the window."""
        self.follow_width(self._window.width(), self._window.width())

    def _automatic_width(self, window_width: int) -> int:
        """Return the width of a panel at the side that the user has not changed; the chart needs its least width."""
        center = self._window.centralWidget()
        needed = 0 if center is None else center.minimumSizeHint().width()
        return min(list_width(window_width), window_width - needed - SPLITTER_WIDTH)

    def set_width(self, widget: QWidget, width: int) -> None:
        """Set the width of a panel at the side, in pixels; 0 means that of its size hint."""
        dock = self._dock_of(widget)
        self._set_extent(dock, width)
        self._choose_width(dock, width or dock.widget().sizeHint().width())

    def note_size(self, dock: QDockWidget) -> None:
        """Keep the size of a panel that the user has just changed."""
        if isinstance(dock, PanelDock) and self._is_at_side(dock):
            self._choose_width(dock, dock.width())
        elif isinstance(dock, PanelDock):
            self._full_heights[dock] = dock.height()

    def _choose_width(self, dock: PanelDock, width: int) -> None:
        if not dock.panel.size:
            self._chosen_width, self._is_width_known = ChosenWidth(width, self._window.width()), True
            self.changed.emit()

    @property
    def chosen_width(self) -> ChosenWidth | None:
        """The width of the panels at the side that the user has chosen, if any."""
        return self._chosen_width

    def restore_chosen_width(self, chosen: ChosenWidth | None) -> None:
        """Restore the width of the panels at the side that the user has chosen; None for a width that adapts."""
        self._chosen_width, self._is_width_known = chosen, True

    def _dock_of(self, widget: QWidget) -> PanelDock:
        return next(dock for dock in self._docks if dock.isAncestorOf(widget))

    def _set_extent(self, dock: PanelDock, size: int) -> None:
        """Set the width of a panel at the side, or the height of one at the bottom; 0 means that of its size hint."""
        hint, window = dock.widget().sizeHint(), self._window
        orientation, extent = Qt.Orientation.Vertical, min(size or hint.height(), max_bottom_height(window.height()))
        if self._is_at_side(dock):
            orientation = Qt.Orientation.Horizontal
            extent = min(size or hint.width(), window.width() - _MIN_CENTRAL_WIDTH)
        if extent > 0:  # a widget without a layout has no size hint
            window.resizeDocks([dock], [extent], orientation)

    def capture(self) -> bytes:
        """Return the layout to save; while the window or most of its parts are hidden, the layout before."""
        if self._state_of_all is not None:
            return self._state_of_all
        if self._state_while_hidden is not None:
            return self._state_while_hidden
        return with_checksum(bytes(self._window.saveState(_LAYOUT_VERSION).data()))

    def restore(self, saved: bytes) -> bool:
        """Restore a layout and return whether that was possible; if not, the layout is reset."""
        state = checked(saved)
        if not state or not self._window.restoreState(QByteArray(state), _LAYOUT_VERSION):
            self.reset(is_requested=False)
            return False
        if self._only_part is None:
            self._is_width_known = False
        for bar in self._window.findChildren(QToolBar):
            bar.show()  # no menu shows it again
        self.keep_on_screen()
        if not self._window.isVisible():  # a floating panel shown before its window would be behind it
            self.hide_floating()
        return True

    def keep_on_screen(self) -> None:
        """Move floating panels that are outside all screens back onto one."""
        areas = [screen.availableGeometry() for screen in QGuiApplication.screens()]
        for dock in self._docks:
            dock.keep_on_screen(areas)

    def hide_floating(self) -> None:
        """Hide floating panels, because the window is hidden."""
        self._state_while_hidden = self.capture()
        self._hidden_with_window = [dock for dock in self._docks if dock.isFloating() and not dock.isHidden()]
        for dock in self._hidden_with_window:
            dock.hide()

    def show_floating(self) -> None:
        """Show the floating panels that were hidden with the window."""
        self._state_while_hidden = None
        for dock in self._hidden_with_window:
            dock.show()
        self._hidden_with_window = []
