from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from ticker_gui.alerts.actions.actions import (
    SOUNDS,
    Action,
    CommandAction,
    NotificationAction,
    SoundAction,
    WebhookAction,
)
from ticker_gui.domain.errors import SettingsError
from ticker_gui.gui.alerts.action_fields import (
    ActionFields,
    CommandFields,
    NotificationFields,
    SoundFields,
    WebhookFields,
)


def added(qtbot: QtBot, fields: ActionFields) -> None:
    qtbot.addWidget(fields)
    fields.show()


@pytest.mark.parametrize(
    ("kind", "action"),
    [
        (NotificationFields, NotificationAction(has_sound=True)),
        (SoundFields, SoundAction("knock", 35)),
        (SoundFields, SoundAction("/home/me/gong.ogg")),
        (SoundFields, SoundAction("")),
        (CommandFields, CommandAction(("notify.sh", "two words", 'a"b', ""), 300.0)),
        (CommandFields, CommandAction(("notify.sh", "two\nlines"), 0.25)),
        (WebhookFields, WebhookAction("https://example.com/", {"X-Key": "$SECRET"}, secret_env="HOOK")),
        (WebhookFields, WebhookAction("https://example.com/$SECRET", secret_keyring="hook")),
    ],
)
def test_an_action_that_is_shown_and_not_edited_stays_as_it_is(
    qtbot: QtBot, kind: type[ActionFields], action: Action
) -> None:
    fields = kind()
    added(qtbot, fields)
    with qtbot.assertNotEmitted(fields.edited):
        fields.show_action(action)
    assert fields.action == action


def test_a_notification_may_have_the_sound_of_the_desktop(qtbot: QtBot) -> None:
    fields = NotificationFields()
    added(qtbot, fields)
    with qtbot.waitSignal(fields.edited):
        fields.has_sound.click()
    assert fields.action == NotificationAction(has_sound=True)


def test_our_sounds_are_chosen_from_a_list_and_the_volume_in_per_cent(qtbot: QtBot) -> None:
    fields = SoundFields()
    added(qtbot, fields)
    assert [fields.sound.itemText(row) for row in range(len(SOUNDS))] == list(SOUNDS.values())
    fields.sound.setCurrentIndex(1)
    with qtbot.waitSignal(fields.edited):
        fields.sound.activated.emit(1)
    with qtbot.waitSignal(fields.edited):
        fields.volume.setValue(40)
    assert fields.action == SoundAction("bell", 40)


def test_a_file_is_chosen_in_a_dialog_and_another_choice_is_kept_until_then(qtbot: QtBot, tmp_path: Path) -> None:
    fields = SoundFields()
    added(qtbot, fields)
    fields.sound.activated.emit(fields.sound.count() - 1)
    dialog = fields.findChild(QFileDialog, "sound_file")
    assert dialog is not None
    assert fields.action.sound == "chime"
    with qtbot.waitSignal(fields.edited):
        dialog.fileSelected.emit(str(tmp_path / "gong.wav"))
    dialog.close()
    assert fields.sound.currentText() == "gong.wav"
    assert fields.action.sound == str(tmp_path / "gong.wav")


def test_a_command_is_typed_as_one_line(qtbot: QtBot) -> None:
    fields = CommandFields()
    added(qtbot, fields)
    with qtbot.waitSignal(fields.edited):
        qtbot.keyClicks(fields.command, 'notify.sh "two words" $HOME')
    with qtbot.waitSignal(fields.edited):
        fields.timeout.setValue(30)
    assert fields.action == CommandAction(("notify.sh", "two words", "$HOME"), 30.0)


def test_a_missing_quotation_mark_is_an_error(qtbot: QtBot) -> None:
    fields = CommandFields()
    added(qtbot, fields)
    qtbot.keyClicks(fields.command, 'notify.sh "two')
    with pytest.raises(SettingsError, match="quotation mark"):
        _ = fields.action


@pytest.mark.parametrize(("source", "field"), [("env", "secret_env"), ("keyring", "secret_keyring")])
def test_the_secret_of_a_webhook_has_a_source_and_a_name(qtbot: QtBot, source: str, field: str) -> None:
    fields = WebhookFields()
    added(qtbot, fields)
    assert not fields.secret_name.isVisible()
    qtbot.keyClicks(fields.url, " https://example.com/hook ")
    row = fields.source.findData(source)
    fields.source.setCurrentIndex(row)
    with qtbot.waitSignal(fields.edited):
        fields.source.activated.emit(row)
    assert fields.secret_name.isVisible()
    with pytest.raises(SettingsError, match="Enter the name of the"):
        _ = fields.action
    qtbot.keyClicks(fields.secret_name, "HOOK")
    assert fields.action == msgspec.structs.replace(WebhookAction("https://example.com/hook"), **{field: "HOOK"})


def test_headers_that_have_no_field_are_kept(qtbot: QtBot) -> None:
    fields = WebhookFields()
    added(qtbot, fields)
    fields.show_action(WebhookAction("https://example.com/", {"X-Own": "1"}))
    qtbot.keyClicks(fields.url, "x")
    assert fields.action.headers == {"X-Own": "1"}


@pytest.mark.parametrize("kind", [NotificationFields, SoundFields, CommandFields, WebhookFields])
def test_every_field_is_visible_and_has_a_name_and_a_tooltip(qtbot: QtBot, kind: type[ActionFields]) -> None:
    fields = kind()
    added(qtbot, fields)
    controls = [one for one in vars(fields).values() if isinstance(one, QWidget)]
    assert controls
    for control in controls:
        assert fields.isAncestorOf(control)
        assert control.objectName()
        assert control.accessibleName()
        assert control.toolTip()
