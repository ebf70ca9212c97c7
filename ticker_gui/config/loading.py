"""Where settings come from: arguments > environment > one TOML file > defaults."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, cast

import msgspec
import platformdirs
import tomlkit
from tomlkit.exceptions import TOMLKitError

from ticker_gui.config.settings import (
    BUILT_IN,
    Feed,
    Settings,
    Theme,
    did_you_mean,
    split_symbols,
    unknown_provider,
    validated,
)
from ticker_gui.config.state_files import atomic_write, back_up_corrupt, read_text, remove_drafts
from ticker_gui.domain.errors import SettingsError
from ticker_gui.feeds.mapping import FieldMapping
from ticker_gui.feeds.registry import PROVIDERS
from ticker_gui.formatting.file_errors import describe_read_error
from ticker_gui.market.market import Limits

_TOO_DEEP: Final = "it is nested too deeply."
# A dotted key with more parts than this is refused: parsing takes the square of their number.
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
    tell: Callable[[str], object],
    *,
    defaults_if_broken: bool = False,
) -> Settings:
    """Return the settings that apply; ``tell`` is called with each notice for the user.

    With ``defaults_if_broken`` a settings file that cannot be used gives a notice and the defaults.

    Raises:
        SettingsError: something is not usable; the text names the place and the remedy.
    """
    chosen = _with_environment(arguments, environment)
    file = Path(chosen.config) if chosen.config else None
    settings = read_file(file, tell, defaults_if_broken=defaults_if_broken)
    if chosen.theme is not None:
        settings = msgspec.structs.replace(settings, theme=_theme(chosen.theme))
    return msgspec.structs.replace(settings, feeds=_choose_feeds(settings.feeds, chosen))


def names_symbols(arguments: Arguments, environment: Mapping[str, str]) -> bool:
    """Return whether the symbols to watch are named for this run, and not by the settings file."""
    chosen = _with_environment(arguments, environment)
    return chosen.url is not None or chosen.symbols is not None


def keep_choice(path: Path | None, tell: Callable[[str], object], key: str, value: object) -> None:
    """Write one choice into the settings file, which is otherwise left as somebody wrote it, comments and all."""
    file = (path or config_folder() / "config.toml").resolve()  # a link stays one
    try:
        document = tomlkit.parse(_read_toml(file)) if file.exists() else tomlkit.document()
        document[key] = value
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        remove_drafts(file)
        atomic_write(file, tomlkit.dumps(document).encode())
    except (OSError, ValueError, RecursionError, TOMLKitError) as error:
        tell(f"{file.name} is left as it is, so {key} is {value} for this run only: {error}")


def config_folder() -> Path:
    """Return the platform's folder for our settings."""
    return Path(platformdirs.user_config_dir("ticker-gui", appauthor=False))


def read_file(path: Path | None, tell: Callable[[str], object], *, defaults_if_broken: bool = False) -> Settings:
    """Return the settings of a TOML file; the defaults where the usual file does not exist.

    With ``defaults_if_broken``, a file that cannot be used gives the defaults and a notice to ``tell``. It stays as the
    user wrote it, but for the usual file where that is not text at all: it is set aside.

    Raises:
        SettingsError: the file named does not exist, or its content cannot be used.
    """
    file = path or config_folder() / "config.toml"
    try:
        text = read_text(file)
    except (FileNotFoundError, NotADirectoryError):
        if path is None:
            return Settings()
        raise SettingsError(f"{file}: there is no such settings file.") from None
    except (OSError, ValueError) as error:
        if defaults_if_broken and path is None and isinstance(error, ValueError):
            tell(back_up_corrupt(file))
            return Settings()
        why = describe_read_error(error, file) + "." if isinstance(error, OSError) else error
        broken = SettingsError(f"{file} could not be read: {why}")
    else:
        try:
            return _parse(file, text)
        except SettingsError as error:
            broken = error
    if not defaults_if_broken:
        raise broken
    tell(f"{broken.for_user} Defaults are used for now: correct the file, then choose Reload settings.")
    return Settings()


def _read_toml(file: Path) -> str:
    """Return the text of a TOML file that can be parsed in a short time."""
    text = read_text(file)
    if _LONG_KEY.search(text):
        raise ValueError(_TOO_DEEP)
    return text


def _parse(file: Path, text: str) -> Settings:
    if _LONG_KEY.search(text):
        raise SettingsError(f"{file}: {_TOO_DEEP}")
    try:
        settings = msgspec.convert(tomllib.loads(text), Settings)
    except msgspec.ValidationError as error:
        raise SettingsError(f"{file}: {_in_words(error)}") from error
    except RecursionError as error:
        raise SettingsError(f"{file}: {_TOO_DEEP}") from error
    except (ValueError, OverflowError) as error:  # not TOML, or an integer longer than Python converts
        raise SettingsError(f"{file}: not valid TOML: {error}.{_hint_at_backslashes(error)}") from error
    return msgspec.structs.replace(settings, feeds=_checked_feeds(file, settings.feeds))


def _hint_at_backslashes(error: Exception) -> str:
    """Return what to do about a path of Windows in double quotes."""
    return " Write paths with backslashes in single quotes." if re.search("escape|hex value", str(error)) else ""


def _with_environment(arguments: Arguments, environment: Mapping[str, str]) -> Arguments:
    """Fill what the command line leaves out from ``TICKER_GUI_*``."""
    found = {field: environment.get(f"TICKER_GUI_{field.upper()}") or None for field in arguments.__struct_fields__}
    named = {field: value for field, value in msgspec.structs.asdict(arguments).items() if value is not None}
    return Arguments(**(found | named))


def _theme(name: str) -> Theme:
    try:
        return cast(Theme, msgspec.convert(name, Theme))
    except msgspec.ValidationError:
        raise SettingsError(f"There is no theme {name!r}: choose system, dark or light.") from None


def _choose_feeds(feeds: tuple[Feed, ...], chosen: Arguments) -> tuple[Feed, ...]:
    if chosen.url is not None:
        return (
            validated(
                Feed(
                    url=chosen.url,
                    symbols=split_symbols(chosen.symbols or ""),
                    name=chosen.feed or "",
                    provider=chosen.provider or "",
                    key_env="TICKER_GUI_KEY",
                )
            ),
        )
    if chosen.feed is not None:
        feeds = tuple(feed for feed in feeds if feed.name == chosen.feed)
        if not feeds:
            raise SettingsError(f"There is no feed {chosen.feed!r} in the settings file.")
    if chosen.provider is not None:
        if chosen.provider not in PROVIDERS:
            raise unknown_provider(chosen.provider)
        if not feeds:
            raise SettingsError(
                f"No URL: --provider {chosen.provider} also needs --url, such as {PROVIDERS[chosen.provider].url}."
            )
        feeds = tuple(msgspec.structs.replace(feed, provider=chosen.provider) for feed in feeds)
    if chosen.symbols is not None:
        if not feeds:
            return (msgspec.structs.replace(BUILT_IN, symbols=split_symbols(chosen.symbols)),)
        if len(feeds) > 1:
            raise SettingsError("--symbols is for one feed, and the settings have several: name one with --feed.")
        feeds = (msgspec.structs.replace(feeds[0], symbols=split_symbols(chosen.symbols)),)
    return feeds


def _checked_feeds(file: Path, feeds: tuple[Feed, ...]) -> tuple[Feed, ...]:
    known: dict[str, Feed] = {}
    for index, feed in enumerate(feeds):
        try:
            whole = validated(feed)
        except SettingsError as error:
            raise SettingsError(f"{file}: feeds[{index}]: {error}") from error
        if whole.name in known:
            raise SettingsError(
                f"{file}: feeds[{index}]: another feed is named {whole.name!r}: give each its own name."
            )
        known[whole.name] = whole
    return tuple(known.values())


def _in_words(error: msgspec.ValidationError) -> str:
    """Turn ``Object contains unknown field `them` - at `$.feeds[0]` `` into a sentence that names place and remedy."""
    message, _, place = str(error).partition(" - at `")
    where = place.rstrip("`").removeprefix("$").removeprefix(".")
    unknown = re.fullmatch(r"Object contains unknown field `(.*)`", message)
    if unknown is None:
        return f"{where or 'the file'}: {message[:1].lower()}{message[1:]}. Correct it and start again."
    holder = re.sub(r"\[.*?\]", "", where).rpartition(".")[2]
    known = {"feeds": Feed, "mapping": FieldMapping, "limits": Limits}.get(holder, Settings)
    key = f"{where}.{unknown[1]}" if where else unknown[1]
    hint = did_you_mean(unknown[1], known.__struct_fields__)
    return f"there is no setting {key!r}{hint} Known here: {', '.join(known.__struct_fields__)}."
