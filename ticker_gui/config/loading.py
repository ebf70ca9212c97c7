"""Loading of the settings: arguments, environment, one TOML file, defaults, in this order of precedence."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, cast

import msgspec
import platformdirs

from ticker_gui.config.settings import (
    BUILT_IN,
    Feed,
    Settings,
    Theme,
    split_symbols,
    unknown_provider,
    validated,
)
from ticker_gui.config.settings_errors import InvalidSetting, invalid_feed, invalid_value, not_toml
from ticker_gui.config.state_files import back_up_corrupt, read_text
from ticker_gui.domain.errors import SettingsError
from ticker_gui.domain.sanitize import is_encodable, quoted, sanitize_text
from ticker_gui.feeds.registry import PROVIDERS
from ticker_gui.formatting.file_errors import describe_read_error

_TOO_DEEP: Final = "it is nested too deeply."
# A dotted key with more parts is rejected, because parsing takes quadratic time.
_LONG_KEY: Final = re.compile(r"""(?<![\w-])(?:(?:[\w-]+|"[^"\n]*"|'[^'\n]*')[ \t]*\.[ \t]*){100}""")


class Arguments(msgspec.Struct, frozen=True):
    """The feed options of the command line."""

    url: str | None = None
    symbols: str | None = None
    provider: str | None = None
    feed: str | None = None
    config: str | None = None
    theme: str | None = None


def load(
    arguments: Arguments,
    environment: Mapping[str, str],
    notify: Callable[[str], object],
    *,
    defaults_if_broken: bool = False,
) -> Settings:
    """Return the settings that apply. ``notify`` is called with each notice for the user.

    With ``defaults_if_broken``, an invalid settings file leads to a notice and the defaults.

    Raises:
        SettingsError: a setting is invalid; the text states which one and what to do.
    """
    chosen = with_environment(arguments, environment)
    file = Path(chosen.config) if chosen.config else None
    return with_arguments(read_file(file, notify, defaults_if_broken=defaults_if_broken), arguments, environment)


def with_arguments(settings: Settings, arguments: Arguments, environment: Mapping[str, str]) -> Settings:
    """Return the settings that apply if these are in the file.

    Raises:
        SettingsError: an argument does not fit the settings.
    """
    chosen = with_environment(arguments, environment)
    if chosen.theme is not None:
        settings = msgspec.structs.replace(settings, theme=_theme(chosen.theme))
    return msgspec.structs.replace(settings, feeds=_choose_feeds(settings.feeds, chosen))


def settings_path(arguments: Arguments, environment: Mapping[str, str]) -> Path:
    """Return the settings file of this run, which may not exist yet."""
    chosen = with_environment(arguments, environment)
    return Path(chosen.config) if chosen.config else config_folder() / "config.toml"


def state_folder(arguments: Arguments, environment: Mapping[str, str]) -> Path:
    """Return the folder for lists, layout and other files of the program itself, one for each settings file.

    For the default settings it is the folder that they are in. For another settings file it is a folder below that
    one: the file may be in a folder that others can write to, or that the user cannot.
    """
    default = config_folder()
    file = Path(os.path.realpath(settings_path(arguments, environment)))
    if file == Path(os.path.realpath(default / "config.toml")):
        return default
    return default / f"{file.stem[:60]}-{sha256(os.fsencode(file)).hexdigest()[:12]}"


def archive_path(arguments: Arguments, environment: Mapping[str, str]) -> Path:
    """Return the file for stored market data, in the platform's folder for data; one for each settings file."""
    folder = Path(platformdirs.user_data_dir("ticker-gui", appauthor=False))
    own = state_folder(arguments, environment).relative_to(config_folder())
    return folder / own / "market-data.sqlite3"


def names_symbols(arguments: Arguments, environment: Mapping[str, str]) -> bool:
    """Return whether the symbols come from the command line or the environment, not from the settings file."""
    chosen = with_environment(arguments, environment)
    return chosen.url is not None or chosen.symbols is not None


def overrides(arguments: Arguments, environment: Mapping[str, str]) -> dict[str, str]:
    """Return which settings of the file do not apply, and the argument or the variable that takes precedence."""
    names = {
        field: f"--{field}" if getattr(arguments, field) is not None else f"TICKER_GUI_{field.upper()}"
        for field, value in msgspec.structs.asdict(with_environment(arguments, environment)).items()
        if value is not None
    }
    feeds = next((names[field] for field in ("url", "feed", "symbols", "provider") if field in names), None)
    return {key: name for key, name in (("theme", names.get("theme")), ("feeds", feeds)) if name is not None}


def config_folder() -> Path:
    """Return the platform's folder for the settings."""
    return Path(platformdirs.user_config_dir("ticker-gui", appauthor=False))


def read_file(path: Path | None, notify: Callable[[str], object], *, defaults_if_broken: bool = False) -> Settings:
    """Return the settings in a TOML file. Without ``path``, it is the default file, which need not exist.

    With ``defaults_if_broken``, an invalid setting leads to its default and a notice, and a file that is not TOML leads
    to all defaults. The file does not change; only the default file is renamed if it is not text at all.

    Raises:
        SettingsError: the file does not exist, or it is invalid.
    """
    file = path or config_folder() / "config.toml"
    try:
        text = read_text(file)
    except (FileNotFoundError, NotADirectoryError):
        if path is None:
            return Settings()
        raise SettingsError(f"The settings file {file} does not exist.") from None
    except (OSError, ValueError) as error:
        if defaults_if_broken and path is None and isinstance(error, ValueError):
            notify(back_up_corrupt(file))
            return Settings()
        why = describe_read_error(error, file) + "." if isinstance(error, OSError) else error
        broken = SettingsError(f"{file} could not be read: {why}")
        usable = Settings()
    else:
        try:
            return parse_settings(file, text)
        except SettingsError as error:
            broken = error
            usable = _usable_settings(file, text, error) if isinstance(error, InvalidSetting) else Settings()
    if not defaults_if_broken:
        raise broken
    notify(f"{broken.for_user} Using defaults for now. Fix the file, then choose Reload settings.")
    return usable


def _usable_settings(file: Path, text: str, error: InvalidSetting) -> Settings:
    """Return the settings without those that are invalid; if one feed is, without all feeds."""
    if not error.key:  # not TOML
        return Settings()
    values = tomllib.loads(text)
    while _remove(values, error.key):
        try:
            return _convert(file, text, values)
        except InvalidSetting as another:
            error = another
    return Settings()


def _remove(values: dict[str, Any], key: str) -> bool:
    """Remove a setting; return whether there was such a setting."""
    table, _, name = key.partition("[")[0].partition(".")
    if key not in values and name and isinstance(values.get(table), dict):
        return values[table].pop(name, values) is not values
    return values.pop(key if key in values else table, values) is not values


def parse_settings(file: Path, text: str) -> Settings:
    """Return the settings in the text of a file.

    Raises:
        SettingsError: the text is invalid; an `InvalidSetting` if one setting is the cause.
    """
    if _LONG_KEY.search(text):
        raise SettingsError(f"{file}: {_TOO_DEEP}")
    try:
        return _convert(file, text, tomllib.loads(text))
    except RecursionError as error:
        raise SettingsError(f"{file}: {_TOO_DEEP}") from error
    except (ValueError, OverflowError) as error:  # not TOML, or an integer longer than Python converts
        raise not_toml(file, error) from error


def _convert(file: Path, text: str, values: Mapping[str, Any]) -> Settings:
    """Return the settings with these values, which are those in the text or some of them."""
    try:
        settings = msgspec.convert(values, Settings)
    except msgspec.ValidationError as error:
        raise invalid_value(file, text, error) from error
    return msgspec.structs.replace(settings, feeds=_validated_feeds(file, text, settings.feeds))


def with_environment(arguments: Arguments, environment: Mapping[str, str]) -> Arguments:
    """Return the arguments, completed by the environment variables ``TICKER_GUI_*``.

    Raises:
        SettingsError: a variable is not text.
    """
    defaults = {field: environment.get(f"TICKER_GUI_{field.upper()}") or None for field in arguments.__struct_fields__}
    for field, value in defaults.items():
        if value is not None and field != "config" and not is_encodable(value):  # a file may have any name
            raise SettingsError(f"The environment variable TICKER_GUI_{field.upper()} is not text in UTF-8.")
    given = {field: value for field, value in msgspec.structs.asdict(arguments).items() if value is not None}
    return Arguments(**(defaults | given))


def _theme(name: str) -> Theme:
    try:
        return cast(Theme, msgspec.convert(name, Theme))
    except msgspec.ValidationError:
        raise SettingsError(f"Unknown theme {quoted(name)}. Choose system, dark or light.") from None


def _choose_feeds(feeds: tuple[Feed, ...], chosen: Arguments) -> tuple[Feed, ...]:
    if chosen.url is not None:
        return (
            validated(
                Feed(
                    url=chosen.url,
                    symbols=(chosen.symbols or "",),
                    name=chosen.feed or "",
                    provider=chosen.provider or "",
                    key_env="TICKER_GUI_KEY",
                )
            ),
        )
    if chosen.feed is not None:
        names = sanitize_text(", ".join(feed.name for feed in feeds))
        feeds = tuple(msgspec.structs.replace(feed, disabled=False) for feed in feeds if feed.name == chosen.feed)
        if not feeds:
            advice = f"Choose one of: {names}." if names else "Connect a feed in the window, or specify its --url."
            raise SettingsError(f"The settings file contains no feed {quoted(chosen.feed)}. {advice}")
    if chosen.provider is not None:
        if chosen.provider not in PROVIDERS:
            raise unknown_provider(chosen.provider)
        if not feeds:
            raise SettingsError(
                f"URL missing: --provider {chosen.provider} also needs --url, such as {PROVIDERS[chosen.provider].url}."
            )
        feeds = tuple(msgspec.structs.replace(feed, provider=chosen.provider) for feed in feeds)
    if chosen.symbols is not None:
        if not feeds:
            return (msgspec.structs.replace(BUILT_IN, symbols=split_symbols(chosen.symbols)),)
        if len(feeds) > 1:
            raise SettingsError("--symbols is for one feed, but the settings contain several. Select one with --feed.")
        symbols = split_symbols(chosen.symbols, feeds[0].protocol)
        feeds = (msgspec.structs.replace(feeds[0], symbols=symbols),)
    return feeds


def _validated_feeds(file: Path, text: str, feeds: tuple[Feed, ...]) -> tuple[Feed, ...]:
    known: dict[str, Feed] = {}
    for index, feed in enumerate(feeds):
        try:
            complete = validated(feed)
        except SettingsError as error:
            raise invalid_feed(file, text, index, str(error)) from error
        if complete.name in known:
            reason = f"another feed is also named {quoted(complete.name)}. Give each feed its own name."
            raise invalid_feed(file, text, index, reason)
        known[complete.name] = complete
    return tuple(known.values())
