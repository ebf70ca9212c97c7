"""The dialog that connects a feed. Nothing is saved until the user chooses to save."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

import msgspec
from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from ticker_gui.config.settings import parse_symbols
from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.feed_setup.draft import FeedDraft, without_key
from ticker_gui.feed_setup.key_storage import KeyStorage
from ticker_gui.feed_setup.provider_list import (
    ANY_WEBSOCKET,
    ProviderEntry,
    entry_of_address,
    find_entry,
    find_symbol,
)
from ticker_gui.feed_setup.symbol_providers import providers_for
from ticker_gui.feeds.mapping import FieldMapping
from ticker_gui.gui.background_tasks import BackgroundTasks
from ticker_gui.gui.connect.feed_test import FeedTest
from ticker_gui.gui.connect.form import FeedForm
from ticker_gui.gui.connect.preset import ConnectPreset
from ticker_gui.gui.connect.provider_search import ProviderSearchField
from ticker_gui.gui.connect.results_view import ResultsView
from ticker_gui.gui.widgets.dialog_parts import action_button, rule, scrolling, stack
from ticker_gui.gui.widgets.dialogs import resize_within_screen
from ticker_gui.gui.widgets.plain_text import plain_label, set_tooltip
from ticker_gui.gui.widgets.style_properties import set_style_property
from ticker_gui.gui.widgets.theme import Theme

_SIZE: Final = QSize(920, 600)
_MIN_SIZE: Final = QSize(476, 320)  # of a small screen of 800 × 600 pixels at a scale of 150%
_NARROW: Final = 760  # below this width, what is side by side in a wide dialog is one below the other
_NARROW_SIDE: Final = 640  # below this width, the list of providers is narrower, too
_STOP_DELAY_MS: Final = 500  # so that a double-click on Test does not stop it
_UNSAVED: Final = "Nothing is saved until you choose to save."
_SAVE: Final = "Save and &connect"
_KEEP: Final = "Save any&way"
_TESTS_TYPED: Final = "Test the values above."


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
        self.tasks = tasks
        self._taken = taken
        self._preset = preset or ConnectPreset()
        self._mapping: FieldMapping | None = None
        self._entry = ANY_WEBSOCKET
        self._is_saving = False
        self._suggested = ""  # the symbol that was typed for the user
        self.test = FeedTest(tasks, parent=self)
        self.setObjectName("connect_feed")
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setMinimumSize(_MIN_SIZE)
        resize_within_screen(self, _SIZE)
        self.side = ProviderSearchField(theme)
        self._make_page(theme)
        self._make_foot()
        self._lay_out()
        self._connect()
        self._apply_preset()

    def _make_page(self, theme: Theme) -> None:
        self.title = plain_label(name="feed_title")
        self.summary = plain_label(name="muted")
        self.summary.setWordWrap(True)
        self.provenance = plain_label(name="muted")
        self.form = FeedForm()
        self.reason = plain_label(name="muted")
        self.reason.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.reason.setWordWrap(True)
        self.test_button = action_button(
            "&Test connection", "test_connection", "Test the values above without saving them"
        )
        self.stop_button = action_button("St&op", "stop_test", "Stop the test and keep what it has found")
        self.stop_button.hide()
        self.results = ResultsView(theme, self._preset.messages)

    def _make_foot(self) -> None:
        self.foot = plain_label(_UNSAVED, "muted")
        self.foot.setWordWrap(True)
        self.cancel_button = action_button("Cancel", "cancel", "Close this dialog without saving")
        self.save_button = action_button(_SAVE, "save_feed", "Save the feed in the settings file and connect it")
        self.save_button.setProperty("primary", True)

    def _lay_out(self) -> None:
        body = QHBoxLayout()
        body.setSpacing(0)
        body.addWidget(self.side)
        body.addWidget(rule(is_vertical=True))
        body.addWidget(self._scrolling_page(), 1)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.setContentsMargins(16, 12, 16, 12)
        foot.addWidget(self.foot, 1)
        foot.addWidget(self.cancel_button)
        foot.addWidget(self.save_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(body, 1)
        layout.addWidget(rule())
        layout.addLayout(foot)

    def _scrolling_page(self) -> QScrollArea:
        page = QWidget()
        page.setObjectName("connect_page")
        layout = QVBoxLayout(page)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.setSpacing(10)
        self._head = head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.provenance)
        test = QHBoxLayout()
        test.addWidget(plain_label("Test", "section"))
        test.addWidget(self.reason, 1)
        test.addWidget(self.test_button)
        test.addWidget(self.stop_button)
        layout.addLayout(head)
        layout.addWidget(self.summary)
        layout.addWidget(self.form)
        layout.addWidget(rule())
        layout.addLayout(test)
        layout.addWidget(self.results)
        layout.addStretch(1)
        return scrolling(page)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        width = event.size().width()
        stack(self._head, width < _NARROW)
        for part in (self.form, self.results):
            part.set_narrow(width < _NARROW)
        self.side.set_narrow(width < _NARROW_SIDE)

    def _connect(self) -> None:
        self.side.entry_chosen.connect(self._choose)
        self.side.address_entered.connect(self._use_address)
        self.side.confirmed.connect(self._focus_first_missing)
        self.side.search.editingFinished.connect(self._move_key)
        self.side.search.textChanged.connect(self._suggest_symbol)
        self.form.address.editingFinished.connect(self._move_key)
        for field in (self.form.address, self.form.key, self.form.symbols):
            field.returnPressed.connect(self._focus_first_missing)
        self.form.edited.connect(self._note_edit)
        self.form.key_page_requested.connect(self.key_page_requested)
        self.test_button.clicked.connect(self._start_test)
        self.stop_button.clicked.connect(self.test.stop)
        self.test.changed.connect(self._show_results)
        self.test.finished.connect(self._show_outcome)
        self.results.frames.mapping_changed.connect(self._set_mapping)
        self.results.frames.symbol_assigned.connect(self._add_first_symbol)
        self.results.symbol_chosen.connect(self.form.add_symbol)
        self.results.symbols_received.connect(self.form.set_known_symbols)
        self.cancel_button.clicked.connect(self.reject)
        self.save_button.clicked.connect(self._request_save)
        self.finished.connect(lambda result: self.test.stop())

    def _apply_preset(self) -> None:
        preset, feed = self._preset, self._preset.feed
        self.setWindowTitle("Connect a feed" if feed is None else f"Edit {sanitize_text(feed.name)}")
        self.setAccessibleName(self.windowTitle())
        if feed is not None:
            draft = FeedDraft.of_feed(feed)
            self._mapping = feed.mapping
            self._show_entry(find_entry(feed.provider), feed.url)
            self.form.show_draft(draft)
        elif preset.messages:
            self._show_entry(ANY_WEBSOCKET, preset.address)
        elif preset.address:
            self.side.search.setText(preset.address)
            self._move_key()
        elif preset.provider:
            self._show_entry(find_entry(preset.provider))
        else:
            self.side.search.setText(preset.symbol)
            self._show_entry(self.side.first_entry)
            self.side.was_found = True
        if preset.symbol and (preset.more_symbols or not self.form.symbols.text()):
            self.form.symbols.setText(", ".join((preset.symbol, *preset.more_symbols)))
        wants_key = feed is None and self._entry.protocol.needs_key
        of_form = self.form.key if wants_key else self.form.symbols
        (of_form if feed is not None or preset.provider else self.side.search).setFocus()
        self._show_results()

    def set_theme(self, theme: Theme) -> None:
        """Set the colors."""
        for part in (self.side, self.results):
            part.set_theme(theme)

    def set_storages(self, storages: Sequence[KeyStorage]) -> None:
        """Offer these ways to store a key, the first one chosen."""
        self.form.set_storages(storages)

    # The provider

    def _use_address(self, address: str) -> None:
        self._show_entry(entry_of_address(address), address)

    def _move_key(self) -> None:
        """Move a key in the address to the key field, since the address is saved in the settings file."""
        address, key = without_key(self.form.address.text().strip())
        if key:
            self.form.address.setText(address)
            self.form.key.setText(key)
            if "://" in self.side.search.text():
                self.side.search.clear()

    def _choose(self, entry: ProviderEntry) -> None:
        if entry.name != self._entry.name:
            self._show_entry(entry)

    def _show_entry(self, entry: ProviderEntry, address: str = "") -> None:
        """Show the fields for a provider; what was typed as symbols stays."""
        if entry.name != self._entry.name and self._preset.feed is None:
            self._mapping = None
        self._entry = entry
        self.side.select(entry)
        self.title.setText(entry.title)
        self.summary.setText(entry.details)
        self.provenance.setText(entry.provenance)
        self.provenance.setVisible(bool(entry.provenance))  # an empty line in a narrow dialog
        set_tooltip(self.provenance, entry.sources)
        self.form.show_entry(entry, address or self._preset.usual_address(entry))
        self._suggest_symbol()
        self._note_edit()

    def _suggest_symbol(self) -> None:
        """Type the symbol that was searched for, in the provider's notation, unless the user has typed others.

        If a provider is searched for instead, that is the symbol for which the dialog was opened.
        """
        typed = self.form.symbols.text().strip()
        if typed in ("", self._suggested):
            searched = (self.side.search.text(), self._preset.symbol) if self._entry.is_known else ()
            self._suggested = next(filter(None, (find_symbol(text, self._entry) for text in searched if text)), "")
            if not self._suggested and self._entry.protocol in providers_for(self._preset.symbol):
                self._suggested = self._preset.symbol
            self.form.symbols.setText(self._suggested)

    def _focus_first_missing(self) -> None:
        problems = self.draft.problems(self._taken, for_test=True)
        fields = {"address": self.form.address, "key": self.form.key, "symbols": self.form.symbols}
        has_passed = self.test.result is not None and not self.test.is_running and not self.test.has_failed
        ready = self.save_button if has_passed and self.save_button.isEnabled() else self.test_button
        target = fields.get(problems[0].field) if problems else ready
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

    def _add_first_symbol(self, symbol: str) -> None:
        """Type a symbol that the feed sends, if none is typed. The results stay: they are what it was chosen from."""
        accepted, _ = parse_symbols(symbol)
        if accepted and not self.form.symbols.text().strip():
            self.form.blockSignals(True)
            self.form.add_symbol(accepted[0])
            self.form.blockSignals(False)
            self._update()

    def _note_edit(self) -> None:
        """Forget the results of a test of other values."""
        if self.test.result is not None:
            self.test.clear()
        self._update()

    # The test

    def _start_test(self) -> None:
        self._move_key()
        self.form.replace_names()
        if self.test_button.isEnabled():
            self.stop_button.setEnabled(False)
            QTimer.singleShot(_STOP_DELAY_MS, self, lambda: self.stop_button.setEnabled(True))
            focused = self.focusWidget()  # it may be hidden now: the button, or a result
            is_hidden = focused is self.test_button or (focused is not None and self.results.isAncestorOf(focused))
            self.test.start(self.draft)
            if is_hidden:  # otherwise Cancel would get it, and another Enter would close the dialog
                self.form.symbols.setFocus()

    def _show_outcome(self) -> None:
        """Show the results, and focus what comes next if the focus is where the start of the test has left it."""
        self._show_results()
        findings, form = self.test.result, self.form
        if findings is not None and self.focusWidget() is form.symbols:
            passed = self.save_button if findings.has_passed else form.symbols
            (form.key if findings.is_key_rejected else passed).setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _show_results(self) -> None:
        findings = self.test.result
        mapping = self._mapping if self._mapping and self._mapping.has_values else None
        self.results.show_findings(findings, self.test.now_ns, mapping, is_known=self._entry.is_known)
        self._update()

    def _update(self) -> None:
        """Enable what is possible, and give the reason for what is not."""
        draft, is_running = self.draft, self.test.is_running
        problems = draft.problems(self._taken, for_test=True)
        self.test_button.setVisible(not is_running)
        self.stop_button.setVisible(is_running)
        self.test_button.setEnabled(not problems and not self._is_saving)
        reason = problems[0].reason if problems else _TESTS_TYPED
        self.reason.setText(reason if problems or not is_running else "")
        self.test_button.setAccessibleDescription(reason)
        self.form.mark_wrong([problem.field for problem in problems])
        missing = draft.problems(self._taken)
        self.save_button.setEnabled(not missing and not self._is_saving)
        set_tooltip(self.save_button, missing[0].reason if missing else self._save_tip())
        is_first = self.save_button.property("primary")
        has_failed = self.test.has_failed
        self.save_button.setText(_KEEP if has_failed else _SAVE)
        if is_first == has_failed:
            set_style_property(self.save_button, "primary", not has_failed)

    def _save_tip(self) -> str:
        if self.test.has_failed:
            return "Save the feed although its test failed; the program keeps trying to connect"
        return "Save the feed in the settings file and connect it"

    # Saving

    def _request_save(self) -> None:
        self._move_key()
        self.form.replace_names()
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
