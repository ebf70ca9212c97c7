"""What the user should know about the settings file: an error in it, or that another program changed it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from ticker_gui.config.settings import Settings
from ticker_gui.config.settings_errors import InvalidSetting
from ticker_gui.domain.errors import SettingsError
from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.settings_editor.fields import editable_fields, value_of

NOT_APPLIED: Final = "Settings not applied:"
_MAX_LENGTH: Final = 400


class Notice(NamedTuple):
    """A notice that stays until it is dismissed or no longer true. ``title`` is emphasized, ``text`` follows it."""

    title: str
    text: str
    is_error: bool = False
    can_undo: bool = False

    @property
    def sentence(self) -> str:
        """Title and text."""
        return f"{self.title} {self.text}"


def error_notice(error: SettingsError, *, at_start: bool = False) -> Notice:
    """Return the notice about settings that cannot be used."""
    text = error.reason if isinstance(error, InvalidSetting) else error.for_user.removesuffix(".")
    kept = "Defaults apply" if at_start else "The last valid settings stay in effect"
    title = "The settings file has an error:" if isinstance(error, InvalidSetting) else NOT_APPLIED
    return Notice(title, f"{sanitize_text(text, _MAX_LENGTH)}. {kept} until the file is corrected.", is_error=True)


def change_notice(before: Settings, after: Settings) -> Notice | None:
    """Return the notice that another program has changed the settings, if they differ."""
    changed = [field for field in editable_fields() if value_of(before, field.key) != value_of(after, field.key)]
    if not changed:
        return None
    now = [field.title for field in changed if not field.note]
    later = [field.title for field in changed if field.note]
    parts = [f"New values: {_listed(now)}."] if now else []
    if later:
        parts.append(f"{_listed(later)} {'applies' if len(later) == 1 else 'apply'} after a restart.")
    return Notice("The settings file was changed by another program.", " ".join(parts), can_undo=True)


def _listed(titles: Sequence[str]) -> str:
    *most, last = titles if len(titles) <= 4 else [*titles[:3], f"{len(titles) - 3} more"]
    return f"{', '.join(most)} and {last}" if most else last
