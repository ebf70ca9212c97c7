"""The environment of the window besides its settings: files, arguments, errors and the socket for later starts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from ticker_gui.config.settings import Settings
from ticker_gui.logs.internal_errors import InternalErrors
from ticker_gui.process.single_instance import Instance


class AppEnvironment(NamedTuple):
    """The environment of the program besides its settings; the defaults keep it isolated.

    ``folder`` is where lists and layout are saved. Without ``saves_lists`` the symbols are those of the settings, not
    the saved ones. ``reload`` reads the settings again, ``settings_notice`` is what was wrong with them, and
    ``overrides`` are the arguments and variables that take precedence over the file, as ``with_arguments`` applies
    them. ``notices`` are messages to show at the start. ``errors`` counts the internal errors that belong to no feed;
    ``log_file`` contains all of them. What is changed in the window is saved in ``settings_file``. Later starts
    reach the program at ``instance``. Market data is stored in ``archive_file``.
    """

    folder: Path | None = None
    saves_lists: bool = True
    reload: Callable[[], Settings] | None = None
    settings_notice: str = ""
    overrides: Mapping[str, str] = {}
    with_arguments: Callable[[Settings], Settings] = lambda settings: settings
    notices: list[str] | None = None
    errors: InternalErrors | None = None
    log_file: Path | None = None
    settings_file: Path | None = None
    instance: Instance = Instance()
    archive_file: Path | None = None
