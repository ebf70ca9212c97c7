"""The fields that configure one kind of action each."""

from __future__ import annotations

from abc import abstractmethod
from pathlib import Path
from typing import Final

import msgspec
from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QFileDialog, QHBoxLayout, QLineEdit, QSpinBox, QVBoxLayout, QWidget

from ticker_gui.alerts.actions.actions import (
    MAX_TIMEOUT_S,
    MAX_VOLUME,
    SOUNDS,
    Action,
    CommandAction,
    NotificationAction,
    SoundAction,
    WebhookAction,
)
from ticker_gui.alerts.actions.argument_text import join_arguments, split_arguments
from ticker_gui.domain.errors import SettingsError
from ticker_gui.gui.widgets.measures import GAP, GRID
from ticker_gui.gui.widgets.plain_text import plain_label, set_tooltip

_FILE_FILTERS: Final = ["Sounds (*.wav *.ogg *.flac *.mp3)", "All files (*)"]
_CHOOSE_FILE: Final = "Choose a file…"
_SECRET_SOURCES: Final = {"": "No secret", "env": "Secret in environment", "keyring": "Secret in keyring"}


class ActionFields(QWidget):
    """The fields of an action; those that have no field keep the value of the action that was shown.

    Signals:
        edited: the user has changed a field.
    """

    title: str  # of the check box, with a mnemonic
    test_title: str = "Test"
    output_title: str = "Output"  # of what a test has printed or received
    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._lines: Final = QVBoxLayout(self)
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(GRID)
        self._line = self._begin_line()

    @property
    @abstractmethod
    def action(self) -> Action:
        """The action as the fields say.

        Raises:
            SettingsError: a text is not valid.
        """

    @abstractmethod
    def show_action(self, action: Action) -> None:
        """Show an action of this kind."""

    def _begin_line(self) -> QHBoxLayout:
        """Add the next fields below the others."""
        self._line = QHBoxLayout()
        self._line.setSpacing(GAP)
        self._lines.addLayout(self._line)
        return self._line

    def _add(self, widget: QWidget, name: str, title: str, tip: str, stretch: int = 0) -> None:
        widget.setObjectName(name)
        widget.setAccessibleName(title)
        set_tooltip(widget, tip)
        self._line.addWidget(widget, stretch)


class NotificationFields(ActionFields):
    """A notification, with or without the sound of the desktop."""

    title = "Show a &notification"

    def __init__(self) -> None:
        super().__init__()
        self.has_sound = QCheckBox("With the desktop's own sound")
        self._add(self.has_sound, "notification_sound", "With the desktop's own sound", "Not every desktop has one")
        self._line.addStretch(1)
        self.has_sound.clicked.connect(self.edited)

    @property
    def action(self) -> NotificationAction:
        return NotificationAction(self.has_sound.isChecked())

    def show_action(self, action: Action) -> None:
        assert isinstance(action, NotificationAction)
        self.has_sound.setChecked(action.has_sound)


class SoundFields(ActionFields):
    """A sound of the program or a file, and its volume."""

    title = "Play a &sound"
    test_title = "Play"

    def __init__(self) -> None:
        super().__init__()
        self.sound = QComboBox()
        self.sound.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.volume = QSpinBox(minimum=0, maximum=MAX_VOLUME, suffix="%", singleStep=5)
        self._sound = ""
        self._add(self.sound, "sound", "Sound", "The sound that is played", 1)
        label = plain_label("Volume")
        label.setBuddy(self.volume)
        self._line.addWidget(label)
        self._add(self.volume, "volume", "Volume", "The volume, in addition to that of the system")
        self.show_action(SoundAction())
        self.sound.activated.connect(self._choose)
        self.volume.valueChanged.connect(self.edited)

    @property
    def action(self) -> SoundAction:
        return SoundAction(self._sound, self.volume.value())

    def show_action(self, action: Action) -> None:
        assert isinstance(action, SoundAction)
        with QSignalBlocker(self.volume):
            self.volume.setValue(action.volume)
        self._show_sound(action.sound)

    def set_file(self, path: str) -> None:
        """Choose a sound file."""
        self._show_sound(path)
        self.edited.emit()

    def _show_sound(self, sound: str) -> None:
        self._sound = sound
        choices = dict(SOUNDS) if sound in SOUNDS else {**SOUNDS, sound: _file_title(sound)}
        self.sound.clear()
        for name, title in choices.items():
            self.sound.addItem(title, name)
        self.sound.insertSeparator(self.sound.count())
        self.sound.addItem(_CHOOSE_FILE, None)
        self.sound.setCurrentIndex(self.sound.findData(sound))

    def _choose(self, index: int) -> None:
        sound = self.sound.itemData(index)
        if sound is not None:
            self._sound = sound
            self.edited.emit()
            return
        self.sound.setCurrentIndex(self.sound.findData(self._sound))
        dialog = QFileDialog(self, "Choose a sound")
        dialog.setObjectName("sound_file")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters(_FILE_FILTERS)
        dialog.fileSelected.connect(self.set_file)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


class CommandFields(ActionFields):
    """A program with its arguments, and its time limit."""

    title = "Run a &command"

    def __init__(self) -> None:
        super().__init__()
        self.command = QLineEdit()
        self.command.setPlaceholderText('notify.sh "two words"')
        self.timeout = QSpinBox(minimum=1, maximum=int(MAX_TIMEOUT_S), suffix=" s")
        self._shown = CommandAction()
        tip = (
            "The program and its arguments, separated by spaces; quote those that contain spaces. No shell is used. "
            "The alert is passed as JSON on standard input, and in the environment variables TICKER_ALERT_…."
        )
        self._add(self.command, "command", "Command", tip, 1)
        label = plain_label("Time limit")
        label.setBuddy(self.timeout)
        self._line.addWidget(label)
        self._add(self.timeout, "command_timeout", "Time limit", "The program is stopped after this time")
        self.show_action(self._shown)
        self.command.textEdited.connect(lambda _: self.edited.emit())
        self.timeout.valueChanged.connect(self.edited)

    @property
    def action(self) -> CommandAction:
        shown = self._shown
        is_edited = self.command.text() != _one_line(join_arguments(shown.arguments))
        arguments = split_arguments(self.command.text()) if is_edited else shown.arguments
        is_other_time = self.timeout.value() != _seconds(shown.timeout_s)
        return CommandAction(arguments, float(self.timeout.value()) if is_other_time else shown.timeout_s)

    def show_action(self, action: Action) -> None:
        assert isinstance(action, CommandAction)
        self._shown = action
        self.command.setText(_one_line(join_arguments(action.arguments)))
        self.command.setCursorPosition(0)
        with QSignalBlocker(self.timeout):
            self.timeout.setValue(_seconds(action.timeout_s))


class WebhookFields(ActionFields):
    """A URL, and where its secret is."""

    title = "Send to a &webhook"
    output_title = "Response"

    def __init__(self) -> None:
        super().__init__()
        self.url = QLineEdit()
        self.url.setPlaceholderText("https://")
        self.source = QComboBox()
        self.secret_name = QLineEdit()
        self._shown = WebhookAction()
        for source, title in _SECRET_SOURCES.items():
            self.source.addItem(title, source)
        tip = "The alert is sent to it as JSON in a POST request; $SECRET stands for the secret"
        self._add(self.url, "webhook_url", "URL of the webhook", tip, 1)
        self._begin_line()
        tip = "The secret is sent as a bearer token unless the URL contains $SECRET; it is never saved with the alert"
        self._add(self.source, "secret_source", "Where the secret is stored", tip)
        self._add(self.secret_name, "secret_name", "Name of the secret", "", 1)
        self.show_action(self._shown)
        self.url.textEdited.connect(lambda _: self.edited.emit())
        self.secret_name.textEdited.connect(lambda _: self.edited.emit())
        self.source.activated.connect(self._choose_source)

    @property
    def action(self) -> WebhookAction:
        name = self.secret_name.text().strip()
        source = self.source.currentData()
        if source and not name:
            raise SettingsError(
                f"Enter the name of the {'environment variable' if source == 'env' else 'keyring entry'}."
            )
        return msgspec.structs.replace(
            self._shown,
            url=self.url.text().strip(),
            secret_env=name if source == "env" else None,
            secret_keyring=name if source == "keyring" else None,
        )

    def show_action(self, action: Action) -> None:
        assert isinstance(action, WebhookAction)
        self._shown = action
        self.url.setText(action.url)
        self.url.setCursorPosition(0)
        self.secret_name.setText(action.secret_keyring or action.secret_env or "")
        source = "keyring" if action.secret_keyring else "env" if action.secret_env else ""
        self.source.setCurrentIndex(self.source.findData(source))
        self._update_secret()

    def _choose_source(self) -> None:
        self._update_secret()
        self.edited.emit()

    def _update_secret(self) -> None:
        source = self.source.currentData()
        self.secret_name.setVisible(bool(source))
        self.secret_name.setPlaceholderText("VARIABLE" if source == "env" else "name")
        stored = (
            "Store it with: ticker-gui key set NAME"
            if source == "keyring"
            else "The environment variable with the secret"
        )
        set_tooltip(self.secret_name, stored)


def _file_title(sound: str) -> str:
    return Path(sound).name or sound


def _one_line(text: str) -> str:
    return " ".join(text.split("\n"))


def _seconds(seconds: float) -> int:
    return max(1, round(seconds))
