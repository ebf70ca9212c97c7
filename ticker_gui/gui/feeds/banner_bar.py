"""The banner above the panels: one problem, what the program does about it, and what the user can do."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QToolBar,
    QToolButton,
    QWidget,
)

from ticker_gui.domain.state_mark import StateMark
from ticker_gui.feed_status.banner import Banner, BannerAction, Severity
from ticker_gui.gui.widgets.elided_label import ElidedLabel
from ticker_gui.gui.widgets.measures import MARK_SIZE
from ticker_gui.gui.widgets.plain_text import plain_label, set_tooltip
from ticker_gui.gui.widgets.state_marks import mark_icon
from ticker_gui.gui.widgets.style_properties import set_style_property
from ticker_gui.gui.widgets.theme import Theme

_HEIGHT: Final = 36
_NAMES: Final = {
    BannerAction.CONNECT: "banner_connect",
    BannerAction.RETRY: "banner_retry",
    BannerAction.ENTER_KEY: "banner_key",
    BannerAction.DETAILS: "banner_details",
    BannerAction.OPEN_FILE: "banner_open_file",
    BannerAction.SETTINGS: "banner_settings",
    BannerAction.UNDO: "banner_undo",
    BannerAction.DISMISS: "banner_dismiss",
}
_TIPS: Final = {
    BannerAction.CONNECT: "Choose a provider, or enter the address of a feed",
    BannerAction.RETRY: "Reconnect now",
    BannerAction.ENTER_KEY: "Enter another API key and reconnect with it",
    BannerAction.DETAILS: "Open the feed diagnostics",
    BannerAction.OPEN_FILE: "Open the settings file in an editor",
    BannerAction.SETTINGS: "Open the settings",
    BannerAction.UNDO: "Restore the previous settings file",
    BannerAction.DISMISS: "Hide this message",
}


class BannerBar(QToolBar):
    """Shows at most one banner, and is hidden without one.

    Signals:
        action_requested: a `BannerAction`, and the name of the feed; empty if the banner is about no feed.
        more_requested: show the other problems.
    """

    action_requested = Signal(object, str)
    more_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("Banner", parent)
        self._theme = theme
        self._banner: Banner | None = None
        self.setObjectName("banner")
        self.setMovable(False)
        self.toggleViewAction().setEnabled(False)
        self._content = _Content()
        self._mark = plain_label("", "banner_mark")
        self._title = plain_label("", "banner_title")
        self._text = ElidedLabel("banner_text")
        self._buttons: dict[BannerAction, QPushButton] = {}  # those of the banners so far
        self._more = QToolButton(self._content)
        self._more.setObjectName("banner_more")
        self._more.setAutoRaise(True)
        set_tooltip(self._more, "Show the other problems")
        self._more.clicked.connect(self.more_requested)
        self._row = QHBoxLayout(self._content)
        self._row.setContentsMargins(12, 0, 12, 0)
        self._row.setSpacing(8)
        self.addWidget(self._content)
        self.hide()

    def setVisible(self, visible: bool) -> None:
        super().setVisible(visible and self._banner is not None)  # whatever a restored layout says

    def set_theme(self, theme: Theme) -> None:
        """Set the colors."""
        self._theme = theme
        self._show_mark()

    @property
    def banner(self) -> Banner | None:
        """The banner that is displayed."""
        return self._banner

    def show_banner(self, banner: Banner | None) -> None:
        """Show a banner in place of the current one; ``None`` hides it."""
        before, self._banner = self._banner, banner
        if banner == before:
            return
        if banner is None:
            self.hide()
            return
        if before is None or before._replace(title="", text="") != banner._replace(title="", text=""):
            self._arrange(banner)
        self._title.setText(banner.title)
        self._text.setText(banner.text)
        set_tooltip(self._text, banner.text)
        self._content.setAccessibleDescription(banner.sentence)
        self.show()

    def _arrange(self, banner: Banner) -> None:
        """Lay out the parts of a banner; those of a notice follow its text, those of a problem are at the right end."""
        for index in reversed(range(self._row.count())):
            self._row.takeAt(index)
        self._more.setText(f"and {banner.more:,} more")
        buttons = [self._buttons.get(action) or self._make_button(action) for action in banner.actions]
        for first, second in pairwise(buttons):
            self.setTabOrder(first, second)  # whichever was made first
        for widget in (self._mark, self._title, self._text):
            self._row.addWidget(widget)
        self._row.addWidget(self._more)
        if banner.primary is None:
            self._row.addStretch(1)
        for button in buttons:
            self._row.addWidget(button)
        if banner.primary is not None:
            self._row.addStretch(1)
        for action, button in self._buttons.items():
            button.setVisible(action in banner.actions)
            set_style_property(button, "primary", action is banner.primary)
        self._more.setVisible(banner.more > 0)
        set_style_property(self, "severity", banner.severity.value)
        self._show_mark()

    def _show_mark(self) -> None:
        if (layout := self.layout()) is not None:
            layout.setContentsMargins(0, 0, 0, 0)  # Qt takes those of all toolbars from the style sheet
        if self._banner is None:
            return
        mark = StateMark.DEMO if self._banner.is_demo else StateMark.NOT_CONNECTED
        if self._banner.severity is Severity.WARNING and not self._banner.is_demo:
            mark = StateMark.KEY_NEEDED
        size = QSize(MARK_SIZE, MARK_SIZE)
        self._mark.setPixmap(mark_icon(mark, self._theme).pixmap(size, self.devicePixelRatioF()))

    def _make_button(self, action: BannerAction) -> QPushButton:
        button = QPushButton(action.value, self._content)
        button.setObjectName(_NAMES[action])
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves it where it is: the banner may be hidden then
        set_tooltip(button, _TIPS[action])
        button.clicked.connect(lambda: self._request(action))
        self._buttons[action] = button
        return button

    def _request(self, action: BannerAction) -> None:
        if self._banner is not None:
            self.action_requested.emit(action, self._banner.feed)


class _Content(QWidget):
    """Fills the toolbar, which would move wider contents into a menu."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("banner_content")
        self.setAccessibleName("Banner")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(0, _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()
