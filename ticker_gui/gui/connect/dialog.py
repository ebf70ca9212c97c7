"""The dialog that connects a feed. Nothing is saved before the user says so."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

import msgspec
from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from ticker_gui.config.settings import Feed
from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.feed_setup.draft import FeedDraft
from ticker_gui.feed_setup.key_storage import KeyStorage
from ticker_gui.feed_setup.provider_list import (
    ANY_WEBSOCKET,
    ProviderEntry,
    entry_of_address,
    find_entry,
    provider_entries,
    search_providers,
)
from ticker_gui.feeds.mapping import FieldMapping
from ticker_gui.gui.background_tasks import BackgroundTasks
from ticker_gui.gui.connect.feed_test import FeedTest
from ticker_gui.gui.connect.form import FeedForm
from ticker_gui.gui.connect.frame_view import FrameView
from ticker_gui.gui.connect.price_rows import PriceRows
from ticker_gui.gui.connect.provider_view import ProviderView
from ticker_gui.gui.connect.step_list import StepList
from ticker_gui.gui.widgets.plain_text import plain_label, set_tooltip
from ticker_gui.gui.widgets.theme import Theme

_SIZE: Final = QSize(920, 600)
_MIN_SIZE: Final = QSize(760, 520)
_LIST_WIDTH: Final = 288
_STOP_DELAY_MS: Final = 500  # so that a double-click on Test does not stop it
_UNSAVED: Final = "Nothing is saved before Save."
_TESTS_TYPED: Final = "Tests the values above."


class ConnectPreset(NamedTuple):
    """What the dialog opens with: a provider, an address, a symbol to look for, or a feed to edit; all optional."""

    provider: str = ""
    address: str = ""
    symbol: str = ""
    feed: Feed | None = None


class SaveRequest(NamedTuple):
    """What to save. The ``repr`` of the draft does not contain the key."""

    draft: FeedDraft
    storage: KeyStorage


class ConnectDialog(QDialog):
    """Provider, key, symbols and a test on one page; ``taken`` are the names of the feeds that exist.

    Signals:
        save_requested: the `SaveRequest` to carry out; then call `finish_saving`.
        key_page_requested: a page to open in the browser.
    """

    save_requested = Signal(object)
    key_page_requested = Signal(str)

    def __init__(
        self,
        theme: Theme,
        tasks: BackgroundTasks,
        taken: Collection[str] = (),
        preset: ConnectPreset | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._taken = taken
        self._preset = preset or ConnectPreset()
        self._mapping: FieldMapping | None = None
        self._entry = ANY_WEBSOCKET
        self._is_saving = False
        self._entries = provider_entries()
        self.test = FeedTest(tasks, parent=self)
        self.setObjectName("connect_feed")
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setMinimumSize(_MIN_SIZE)
        self.resize(_SIZE)
        self._make_list(theme)
        self._make_page(theme)
        self._make_foot()
        self._lay_out()
        self._connect()
        self._apply_preset()

    # Construction

    def _make_list(self, theme: Theme) -> None:
        self.search = QLineEdit()
        self.search.setObjectName("find_provider")
        self.search.setAccessibleName("Find a provider")
        self.search.setPlaceholderText("Find a provider, or paste wss://…")
        self.search.setClearButtonEnabled(True)
        set_tooltip(self.search, "A provider, a market, a symbol, or the address of a WebSocket")
        self.providers = ProviderView(theme)
        self.nothing_found = plain_label("No provider matches.", "muted")
        self.any_websocket = ProviderView(theme, "any_websocket")
        self.any_websocket.setAccessibleName(ANY_WEBSOCKET.title)
        self.any_websocket.show_entries([ANY_WEBSOCKET])
        self.any_websocket.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.any_websocket.setFixedHeight(self.any_websocket.sizeHintForRow(0) + 2)
        self.providers.show_entries(self._entries)

    def _make_page(self, theme: Theme) -> None:
        self.title = plain_label(name="feed_title")
        self.summary = plain_label(name="muted")
        self.summary.setWordWrap(True)
        self.provenance = plain_label(name="muted")
        self.form = FeedForm()
        self.reason = plain_label(name="muted")
        self.reason.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.reason.setWordWrap(True)
        self.test_button = _button("Test connection", "test_connection", "Tests the values above without saving them")
        self.stop_button = _button("Stop", "stop_test", "Stops the test; what it has found stays")
        self.stop_button.hide()
        self.steps = StepList(theme)
        self.prices = PriceRows()
        self.prices.hide()
        self.received = QWidget()
        self.received.setObjectName("received_symbols")
        self._received_layout = QHBoxLayout(self.received)
        self._received_layout.setContentsMargins(0, 0, 0, 0)
        self.received.hide()
        self.frames = FrameView()
        self.frames.hide()

    def _make_foot(self) -> None:
        self.foot = plain_label(_UNSAVED, "muted")
        self.foot.setWordWrap(True)
        self.cancel_button = _button("Cancel", "cancel", "Closes the dialog without saving")
        self.save_button = _button("Save and connect", "save_feed", "Saves the feed in the settings file and connects")
        self.save_button.setProperty("primary", True)

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(0)
        field = QHBoxLayout()
        field.setContentsMargins(12, 12, 12, 12)
        field.addWidget(self.search)
        left.addLayout(field)
        left.addWidget(self.nothing_found, 0, Qt.AlignmentFlag.AlignCenter)
        left.addWidget(self.providers, 1)
        left.addWidget(_rule())
        left.addWidget(self.any_websocket)
        side = QWidget()
        side.setObjectName("provider_side")
        side.setLayout(left)
        left.setContentsMargins(0, 0, 0, 0)
        side.setFixedWidth(_LIST_WIDTH)
        body = QHBoxLayout()
        body.setSpacing(0)
        body.addWidget(side)
        body.addWidget(_rule(is_vertical=True))
        body.addWidget(self._scrolling_page(), 1)
        foot = QHBoxLayout()
        foot.setContentsMargins(16, 12, 16, 12)
        foot.addWidget(self.foot, 1)
        foot.addWidget(self.cancel_button)
        foot.addWidget(self.save_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(body, 1)
        layout.addWidget(_rule())
        layout.addLayout(foot)

    def _scrolling_page(self) -> QScrollArea:
        page = QWidget()
        page.setObjectName("connect_page")
        layout = QVBoxLayout(page)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.setSpacing(10)
        head = QHBoxLayout()
        head.addWidget(self.title)
        head.addWidget(self.summary, 1)
        head.addWidget(self.provenance)
        test = QHBoxLayout()
        test.addWidget(plain_label("Test", "section"))
        test.addWidget(self.reason, 1)
        test.addWidget(self.test_button)
        test.addWidget(self.stop_button)
        layout.addLayout(head)
        layout.addWidget(self.form)
        layout.addWidget(_rule())
        layout.addLayout(test)
        for widget in (self.steps, self.prices, self.received, self.frames):
            layout.addWidget(widget)
        layout.addStretch(1)
        area = QScrollArea()
        area.setWidget(page)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        return area

    def _connect(self) -> None:
        self.search.textChanged.connect(self._search)
        self.search.returnPressed.connect(self._choose_first)
        self.providers.entry_chosen.connect(self._choose)
        self.any_websocket.entry_chosen.connect(self._choose)
        self.form.edited.connect(self._note_edit)
        self.form.key_page_requested.connect(self.key_page_requested)
        self.test_button.clicked.connect(self._start_test)
        self.stop_button.clicked.connect(self.test.stop)
        self.test.changed.connect(self._show_results)
        self.test.finished.connect(self._show_results)
        self.frames.mapping_changed.connect(self._set_mapping)
        self.cancel_button.clicked.connect(self.reject)
        self.save_button.clicked.connect(self._request_save)
        self.finished.connect(lambda result: self.test.stop())

    def _apply_preset(self) -> None:
        preset = self._preset
        feed = preset.feed
        self.setWindowTitle("Connect a feed" if feed is None else f"Edit {sanitize_text(feed.name)}")
        self.setAccessibleName(self.windowTitle())
        if feed is not None:
            draft = FeedDraft.of_feed(feed)
            self._mapping = feed.mapping
            self._show_entry(find_entry(feed.provider), feed.url)
            self.form.show_draft(draft)
        elif preset.address:
            self.search.setText(preset.address)
        elif preset.provider:
            self._show_entry(find_entry(preset.provider))
        else:
            self.search.setText(preset.symbol)
            shown = search_providers(preset.symbol, self._entries) or list(self._entries)
            self._show_entry(shown[0])
        if preset.symbol:
            self.form.symbols.setText(preset.symbol)
        first = self.search if feed is None and not preset.provider else self.form.key
        first.setFocus()
        self._update()

    def set_theme(self, theme: Theme) -> None:
        """Set the colors."""
        for part in (self.providers, self.any_websocket, self.steps):
            part.set_theme(theme)

    def set_storages(self, storages: Sequence[KeyStorage]) -> None:
        """Offer these ways to store a key, the first one chosen."""
        self.form.set_storages(storages)

    # The provider

    def _search(self, text: str) -> None:
        found = search_providers(text, self._entries)
        self.providers.show_entries(found)
        self.nothing_found.setVisible(not found)
        if "://" in text:
            self._show_entry(entry_of_address(text), text.strip())
        elif found and self._entry.name not in [entry.name for entry in found]:
            self._show_entry(found[0])

    def _choose_first(self) -> None:
        self._focus_first_missing()

    def _choose(self, entry: ProviderEntry) -> None:
        if entry.name != self._entry.name:
            self._show_entry(entry)

    def _show_entry(self, entry: ProviderEntry, address: str = "") -> None:
        """Show the fields for a provider; what was typed as symbols stays."""
        if entry.name != self._entry.name and self._preset.feed is None:
            self._mapping = None
        self._entry = entry
        in_list, other = self.providers, self.any_websocket
        (other if entry.is_known else in_list).clear_choice()
        (in_list if entry.is_known else other).select_entry(entry.name)
        self.title.setText(entry.title)
        self.summary.setText(entry.details)
        self.provenance.setText(entry.provenance)
        self.form.show_entry(entry, address or (entry.protocol.url if entry.is_known else ""))
        self._note_edit()

    def _focus_first_missing(self) -> None:
        problems = self.draft.problems(self._taken, for_test=True)
        fields = {"address": self.form.address, "key": self.form.key, "symbols": self.form.symbols}
        target = fields.get(problems[0].field) if problems else self.test_button
        (target or self.form.address).setFocus(Qt.FocusReason.ShortcutFocusReason)

    # The draft

    @property
    def draft(self) -> FeedDraft:
        """What is typed."""
        form, mapping = self.form, self._mapping
        if not self._entry.is_known:
            mapping = msgspec.structs.replace(mapping or FieldMapping(), subscribe=form.message.text().strip())
            mapping = None if mapping == FieldMapping() else mapping
        base = self._preset.feed
        return FeedDraft(
            self._entry.name,
            form.address.text(),
            form.key.text(),
            form.symbols.text(),
            "" if base is None else base.name,
            mapping,
            base,
        )

    def _set_mapping(self, mapping: FieldMapping) -> None:
        """Use the mapping that the user has made; the frames stay, and the next test uses it."""
        self._mapping = mapping
        self.test.stop()
        self._update()

    def _note_edit(self) -> None:
        """Forget the results of a test of other values."""
        if self.test.result is not None:
            self.test.clear()
        self._update()

    # The test

    def _start_test(self) -> None:
        if self.test_button.isEnabled():
            self.stop_button.setEnabled(False)
            QTimer.singleShot(_STOP_DELAY_MS, self, lambda: self.stop_button.setEnabled(True))
            self.test.start(self.draft)

    def _show_results(self) -> None:
        findings = self.test.result
        self.steps.show_steps(() if findings is None else findings.steps)
        if findings is None:
            self.prices.hide()
            self.frames.hide()
            self.received.hide()
        else:
            self.prices.show_states(findings.states, self.test.now_ns)
            has_frames = bool(findings.frames) and not self._entry.is_known
            self.frames.setVisible(has_frames)
            if has_frames:
                mapping = self._mapping if self._mapping and self._mapping.has_values else findings.mapping
                symbols = [state.wire_symbol for state in findings.states]
                self.frames.show_frames(findings.frames, mapping, symbols)
            self._show_received(findings.received_symbols)
        self._update()

    def _show_received(self, symbols: Sequence[str]) -> None:
        """Offer the symbols that the feed sends, if it is unknown or none of the typed ones has a price."""
        findings = self.test.result
        is_useful = findings is not None and bool(symbols) and not any(state.has_data for state in findings.states)
        self.received.setVisible(is_useful)
        if not is_useful or self.received.property("symbols") == list(symbols):
            return
        self.received.setProperty("symbols", list(symbols))
        self.form.set_known_symbols(symbols)
        while (item := self._received_layout.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        self._received_layout.addWidget(plain_label("The feed sends:", "muted"))
        for symbol in symbols[:5]:
            text = sanitize_text(symbol, 24)
            button = _button(text.replace("&", "&&"), "received_symbol", f"Add {text} to the symbols")
            button.clicked.connect(lambda checked=False, symbol=symbol: self.form.add_symbol(symbol))
            self._received_layout.addWidget(button)
        self._received_layout.addStretch(1)

    def _update(self) -> None:
        """Enable what is possible, and give the reason for what is not."""
        draft, is_running = self.draft, self.test.is_running
        problems = draft.problems(self._taken, for_test=True)
        self.test_button.setVisible(not is_running)
        self.stop_button.setVisible(is_running)
        self.test_button.setEnabled(not problems and not self._is_saving)
        reason = problems[0].reason if problems else _TESTS_TYPED
        self.reason.setText(reason)
        self.test_button.setAccessibleDescription(reason)
        self.form.mark_wrong([problem.field for problem in problems])
        missing = draft.problems(self._taken)
        self.save_button.setEnabled(not missing and not is_running and not self._is_saving)
        set_tooltip(self.save_button, missing[0].reason if missing else self._save_tip())
        is_first = self.save_button.property("primary")
        has_failed = self._has_failed
        self.save_button.setText("Keep it all the same" if has_failed else "Save and connect")
        if is_first == has_failed:
            self.save_button.setProperty("primary", not has_failed)
            self.save_button.style().unpolish(self.save_button)
            self.save_button.style().polish(self.save_button)

    def _save_tip(self) -> str:
        if self._has_failed:
            return "Saves the feed although its test failed; the program keeps trying to connect"
        return "Saves the feed in the settings file and connects"

    @property
    def _has_failed(self) -> bool:
        findings = self.test.result
        return findings is not None and not self.test.is_running and not findings.has_passed

    # Saving

    def _request_save(self) -> None:
        if self.draft.problems(self._taken):
            return
        self.test.stop()
        self._is_saving = True
        self.foot.setText("Saving…")
        self._update()
        self.save_requested.emit(SaveRequest(self.draft, self.form.chosen_storage))

    def finish_saving(self, failure: str = "") -> None:
        """Close the dialog, or show why the feed could not be saved."""
        self._is_saving = False
        if not failure:
            self.accept()
            return
        self.foot.setText(failure)
        self._update()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.test.stop()
        super().closeEvent(event)


def _button(text: str, name: str, tip: str) -> QPushButton:
    button = QPushButton(text)
    button.setObjectName(name)
    button.setAutoDefault(False)  # Enter in a field must not press it
    set_tooltip(button, tip)
    return button


def _rule(*, is_vertical: bool = False) -> QFrame:
    rule = QFrame()
    rule.setFrameShape(QFrame.Shape.VLine if is_vertical else QFrame.Shape.HLine)
    rule.setObjectName("rule")
    rule.setFixedSize(QSize(1, 16777215) if is_vertical else QSize(16777215, 1))
    return rule
