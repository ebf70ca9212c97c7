"""The kinds of actions as structs that can be stored, and what is wrong with one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final, TypeAlias
from urllib.parse import SplitResult, urlsplit

import msgspec

from ticker_gui.domain.address import is_loopback
from ticker_gui.process.home_folder import expand_home

DEFAULT_SOUND: Final = "chime"
SOUNDS: Final[Mapping[str, str]] = {DEFAULT_SOUND: "Chime", "bell": "Bell", "knock": "Knock"}
MAX_VOLUME: Final = 100
MAX_TIMEOUT_S: Final = 300.0
MAX_ARGUMENTS: Final = 64
MAX_ARGUMENT_LENGTH: Final = 4096
SECRET_PLACEHOLDER: Final = "$SECRET"


class _Action(msgspec.Struct, frozen=True, tag_field="kind", omit_defaults=True, forbid_unknown_fields=True):
    """Base class of all actions."""


class NotificationAction(_Action, frozen=True, tag="notification"):
    """Show a desktop notification; ``has_sound`` asks the desktop to play its own sound with it."""

    has_sound: bool = False


class SoundAction(_Action, frozen=True, tag="sound"):
    """Play a sound: one of `SOUNDS`, or the path of a file. The volume is in percent."""

    sound: str = DEFAULT_SOUND
    volume: int = MAX_VOLUME


class CommandAction(_Action, frozen=True, tag="command"):
    """Run a program with arguments, never through a shell; it is killed after ``timeout_s`` seconds."""

    arguments: tuple[str, ...] = ()
    timeout_s: float = 10.0


class WebhookAction(_Action, frozen=True, tag="webhook"):
    """Send the alert as JSON to a URL.

    The secret comes from the environment variable ``secret_env`` or the entry ``secret_keyring`` of the keyring. It
    replaces ``$SECRET`` in the URL and the headers; if neither contains that, it is sent as a bearer token.
    """

    url: str = ""
    headers: Mapping[str, str] = {}
    secret_env: str | None = None
    secret_keyring: str | None = None

    def __repr__(self) -> str:
        return f"WebhookAction({webhook_host(self)})"  # the URL and the headers may contain a secret


Action: TypeAlias = NotificationAction | SoundAction | CommandAction | WebhookAction


def describe_action(action: Action) -> str:
    """Return an action in a few words, such as "Command: notify.sh"."""
    match action:
        case NotificationAction():
            return "Notification"
        case SoundAction():
            return f"Sound: {SOUNDS.get(action.sound) or Path(action.sound).name or 'none'}"
        case CommandAction():
            return f"Command: {Path(action.arguments[0]).name if action.arguments else 'none'}"
        case WebhookAction():
            return f"Webhook: {webhook_host(action) or 'none'}"


def leaves_program(action: Action) -> bool:
    """Return whether an action runs other programs or sends data, so that an import must ask before it is added."""
    return isinstance(action, CommandAction | WebhookAction)


def find_problem(action: Action) -> str | None:
    """Return why an action cannot work, as a sentence, or ``None``. It does not look at files or the network."""
    match action:
        case NotificationAction():
            return None
        case SoundAction():
            return _sound_problem(action)
        case CommandAction():
            return _command_problem(action)
        case WebhookAction():
            return _webhook_problem(action)


def webhook_host(action: WebhookAction) -> str:
    """Return the host of a webhook without anything secret; empty if there is none."""
    parts = _parse_url(action.url)
    return "" if parts is None else parts.hostname or ""


def _sound_problem(action: SoundAction) -> str | None:
    if not action.sound:
        return "Choose a sound."
    if not 0 <= action.volume <= MAX_VOLUME:
        return f"The volume is {action.volume}%. It must be from 0 to {MAX_VOLUME}%."
    if action.sound not in SOUNDS and not expand_home(action.sound).is_absolute():
        return f"There is no sound named {action.sound}. Choose one from the list, or enter the full path of a file."
    return None


def _command_problem(action: CommandAction) -> str | None:
    if not action.arguments or not action.arguments[0].strip():
        return "Enter the program to run."
    if len(action.arguments) > MAX_ARGUMENTS or any(len(one) > MAX_ARGUMENT_LENGTH for one in action.arguments):
        return f"A command has at most {MAX_ARGUMENTS} arguments of {MAX_ARGUMENT_LENGTH} characters each."
    if any("\0" in argument for argument in action.arguments):
        return "The command contains a NUL character, which no program accepts."
    if not 0 < action.timeout_s <= MAX_TIMEOUT_S:
        return f"The time limit of a command must be more than 0 and at most {MAX_TIMEOUT_S:g} seconds."
    return None


def _webhook_problem(action: WebhookAction) -> str | None:
    if not action.url.strip():
        return "Enter the URL of the webhook."
    parts = _parse_url(action.url)
    if parts is None or not parts.hostname:
        return "The URL of the webhook is not valid. It begins with https://."
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname)):
        return "A webhook must use https://, so that nobody else can read it. http:// is allowed on this computer only."
    if any(not text.isprintable() or not text.isascii() for pair in action.headers.items() for text in pair):
        return "The headers of a webhook may contain printable ASCII characters only."
    is_needed = SECRET_PLACEHOLDER in action.url or any(SECRET_PLACEHOLDER in text for text in action.headers.values())
    if is_needed and not (action.secret_env or action.secret_keyring):
        return f"{SECRET_PLACEHOLDER} needs a secret. Name an environment variable or a keyring entry."
    return None


def _parse_url(url: str) -> SplitResult | None:
    """Return the parts of a URL, or ``None`` if it is not one."""
    if not url.isprintable() or " " in url:
        return None
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises ValueError if it is not valid
    except ValueError:
        return None
    return parts
