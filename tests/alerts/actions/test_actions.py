from __future__ import annotations

import msgspec
import pytest
import tomlkit

from ticker_gui.alerts.actions.actions import (
    Action,
    CommandAction,
    NotificationAction,
    SoundAction,
    WebhookAction,
    describe_action,
    find_problem,
    leaves_program,
    webhook_host,
)

ACTIONS: list[Action] = [
    NotificationAction(),
    NotificationAction(has_sound=True),
    SoundAction("bell", 40),
    CommandAction(("notify.sh", "two words", ""), timeout_s=3.5),
    WebhookAction("https://example.com/x", {"X-Key": "$SECRET"}, secret_env="HOOK"),
]


@pytest.mark.parametrize("action", ACTIONS, ids=describe_action)
def test_actions_are_stored_in_json_and_toml_without_loss(action: Action) -> None:
    as_json = msgspec.json.encode(action)
    assert msgspec.json.decode(as_json, type=Action) == action
    as_toml = tomlkit.dumps(msgspec.to_builtins(action, builtin_types=()))
    assert msgspec.convert(tomlkit.parse(as_toml).unwrap(), type=Action) == action


def test_the_kind_is_stored_and_defaults_are_not() -> None:
    assert msgspec.to_builtins(ACTIONS[0]) == {"kind": "notification"}
    assert msgspec.to_builtins(SoundAction()) == {"kind": "sound"}


def test_unknown_kinds_and_fields_are_errors() -> None:
    for text in (b'{"kind":"mail"}', b'{"kind":"sound","shell":"rm"}', b'{"kind":"sound","volume":"loud"}'):
        with pytest.raises(msgspec.ValidationError):
            msgspec.json.decode(text, type=Action)


@pytest.mark.parametrize(
    ("action", "text"),
    [
        (ACTIONS[0], "Notification"),
        (ACTIONS[2], "Sound: Bell"),
        (SoundAction("/home/me/gong.wav"), "Sound: gong.wav"),
        (SoundAction(""), "Sound: none"),
        (ACTIONS[3], "Command: notify.sh"),
        (CommandAction(("/usr/bin/logger", "x")), "Command: logger"),
        (CommandAction(), "Command: none"),
        (ACTIONS[4], "Webhook: example.com"),
        (WebhookAction("https://[::1"), "Webhook: none"),
    ],
)
def test_an_action_is_described_in_a_few_words(action: Action, text: str) -> None:
    assert describe_action(action) == text


@pytest.mark.parametrize("action", ACTIONS, ids=describe_action)
def test_complete_actions_have_no_problem(action: Action) -> None:
    assert find_problem(action) is None


@pytest.mark.parametrize(
    ("action", "reason"),
    [
        (SoundAction(""), "Choose a sound."),
        (SoundAction("gong"), "There is no sound named gong."),
        (SoundAction("../gong.wav"), "full path"),
        (SoundAction("~no-such-user/gong.wav"), "full path"),
        (SoundAction(volume=101), "101%. It must be from 0 to 100%."),
        (SoundAction(volume=-1), "-1%"),
        (CommandAction(), "Enter the program"),
        (CommandAction((" ",)), "Enter the program"),
        (CommandAction(("a\0b",)), "NUL"),
        (CommandAction(("a",) * 65), "at most 64 arguments"),
        (CommandAction(("a" * 5000,)), "4096 characters"),
        (CommandAction(("a",), timeout_s=0), "time limit"),
        (CommandAction(("a",), timeout_s=301), "300 seconds"),
        (CommandAction(("a",), timeout_s=float("nan")), "time limit"),
        (WebhookAction(), "Enter the URL"),
        (WebhookAction("example.com/x"), "not valid"),
        (WebhookAction("https://"), "not valid"),
        (WebhookAction("https://example.com:port/"), "not valid"),
        (WebhookAction("https://example.com/a b"), "not valid"),
        (WebhookAction("https://example.com/\n"), "not valid"),
        (WebhookAction("http://example.com/"), "must use https://"),
        (WebhookAction("http://127.0.0.1.example.com/"), "must use https://"),
        (WebhookAction("ftp://127.0.0.1/"), "must use https://"),
        (WebhookAction("file:///etc/passwd"), "not valid"),
        (WebhookAction("https://example.com/", {"X": "a\r\nY: b"}), "printable ASCII"),
        (WebhookAction("https://example.com/$SECRET"), "needs a secret"),
        (WebhookAction("https://example.com/", {"X": "$SECRET"}), "needs a secret"),
    ],
)
def test_problems_are_sentences_that_say_what_to_do(action: Action, reason: str) -> None:
    problem = find_problem(action)
    assert problem is not None
    assert reason in problem
    assert problem.endswith(".")


@pytest.mark.parametrize("url", ["http://localhost:8080/x", "http://127.0.0.1/x", "http://[::1]/x", "https://a.b/x"])
def test_webhooks_to_this_computer_need_no_encryption(url: str) -> None:
    assert find_problem(WebhookAction(url)) is None


def test_what_leaves_the_program_is_marked_for_imports() -> None:
    assert [leaves_program(action) for action in ACTIONS] == [False, False, False, True, True]


def test_a_webhook_is_displayed_without_its_secrets() -> None:
    action = WebhookAction("https://user:password@example.com/services/T0/B1/secret?key=k", {"Authorization": "secret"})
    assert webhook_host(action) == "example.com"
    assert repr(action) == "WebhookAction(example.com)"
