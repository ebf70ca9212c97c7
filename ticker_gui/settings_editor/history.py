"""The changes of the settings that can be undone, the newest last."""

from __future__ import annotations

from typing import Final, NamedTuple

from ticker_gui.config.settings_file import TextChange
from ticker_gui.domain.errors import SettingsError
from ticker_gui.settings_editor.file_changes import ABSENT, with_value

_MAX_CHANGES: Final = 100


class SettingChange(NamedTuple):
    """A change of the file. ``key`` is the setting that was changed here; it is empty if another program did it.

    ``old`` is the setting's value in the file before; if the change is not saved, the value that applied before.
    """

    texts: TextChange
    key: str = ""
    old: object = ABSENT
    is_saved: bool = True


class ChangeHistory:
    """Remembers the last hundred changes."""

    def __init__(self) -> None:
        self._changes: list[SettingChange] = []

    @property
    def last(self) -> SettingChange | None:
        """The change that is undone next."""
        return self._changes[-1] if self._changes else None

    def add(self, change: SettingChange) -> None:
        """Add a change, unless it changes nothing."""
        if change.texts.before != change.texts.after or not change.is_saved:
            self._changes.append(change)
            del self._changes[:-_MAX_CHANGES]

    def remove(self, change: SettingChange) -> None:
        """Remove a change that was undone, or that cannot be undone."""
        if change in self._changes:
            self._changes.remove(change)


def undone(text: str, change: SettingChange) -> str:
    """Return the text of the file without a change; later changes of other settings stay.

    Raises:
        SettingsError: the change of another program can no longer be undone, because the file was changed again.
    """
    if text == change.texts.after:
        return change.texts.before
    if not change.key:
        raise SettingsError(
            "The settings file has been changed since then, so this cannot be undone. Open the file to change it."
        )
    return with_value(text, change.key, change.old)
