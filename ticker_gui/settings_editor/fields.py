"""The settings that can be edited, with title, help, type and default."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Annotated, Any, Final, Literal, NamedTuple, TypeAlias, get_args, get_origin, get_type_hints

import msgspec

from ticker_gui.config.settings import Settings
from ticker_gui.domain.errors import SettingsError
from ticker_gui.formatting.numbers import counted

Value: TypeAlias = str | bool | int | float
_MAX_DIGITS: Final = 18
_SEPARATORS: Final = str.maketrans("", "", " ,_'’\u00a0\u202f")
OTHER: Final = "Other"


class FieldKind(Enum):
    """How a setting is edited."""

    CHOICE = "choice"
    SWITCH = "switch"
    NUMBER = "number"
    TEXT = "text"
    ELSEWHERE = "elsewhere"  # it has its own dialog


class Field(NamedTuple):
    """A setting. ``key`` is its name in the file, ``choices`` are its values and their titles.

    ``note`` says when a change applies; it is empty if that is immediately.
    """

    key: str
    kind: FieldKind
    default: object
    category: str = OTHER
    title: str = ""
    help: str = ""
    note: str = ""
    choices: Mapping[Value, str] = {}
    minimum: int | float | None = None
    maximum: int | float | None = None

    def describe(self, value: object) -> str:
        """Return a value as it is displayed."""
        match self.kind:
            case FieldKind.CHOICE:
                return self.choices.get(value, str(value)) if isinstance(value, str | int | float) else str(value)
            case FieldKind.SWITCH:
                return "on" if value else "off"
            case FieldKind.NUMBER:
                return f"{value:,}" if isinstance(value, int | float) else str(value)
            case FieldKind.ELSEWHERE:
                count = len(value) if isinstance(value, tuple) else 0
                return "none" if not count else counted(count, "feed")
            case FieldKind.TEXT:
                return str(value)

    def parse(self, text: str) -> Value:
        """Return the value that a text stands for.

        Raises:
            SettingsError: it stands for none; the message says what is expected.
        """
        typed = text.strip()
        match self.kind:
            case FieldKind.NUMBER:
                return self._parse_number(typed)
            case FieldKind.CHOICE:
                return self._parse_choice(typed)
            case FieldKind.SWITCH:
                if typed.casefold() in _SWITCH_WORDS:
                    return _SWITCH_WORDS[typed.casefold()]
                raise SettingsError("Enter on or off.")
            case FieldKind.TEXT:
                if not typed.isprintable():
                    raise SettingsError("Enter text in one line, without control characters.")
                return typed
            case FieldKind.ELSEWHERE:
                raise SettingsError("This cannot be entered here.")

    def _parse_number(self, typed: str) -> Value:
        digits = typed.translate(_SEPARATORS)
        is_number = digits.removeprefix("-").isascii() and digits.removeprefix("-").isdigit()
        number = int(digits) if is_number and len(digits) <= _MAX_DIGITS else None
        low, high = self.minimum, self.maximum
        if number is None or (low is not None and number < low) or (high is not None and number > high):
            raise SettingsError(f"Enter a whole number{self._range()}.")
        return number

    def _range(self) -> str:
        match self.minimum, self.maximum:
            case None, None:
                return ""
            case low, None:
                return f" of at least {low:,}"
            case None, high:
                return f" of at most {high:,}"
            case low, high:
                return f" from {low:,} to {high:,}"
        return ""

    def _parse_choice(self, typed: str) -> Value:
        for value, title in self.choices.items():
            if typed.casefold() in (title.casefold(), str(value).casefold()):
                return value
        *most, last = self.choices.values()
        raise SettingsError(f"Choose {', '.join(most)} or {last}.")


class _Texts(NamedTuple):
    category: str
    title: str
    help: str
    choices: Mapping[Value, str] = {}
    note: str = ""


_RESTART: Final = "Applies after a restart."
_APPEARANCE: Final = "Appearance"
_FEEDS: Final = "Feeds"
_MEMORY: Final = "Memory"
_STORED: Final = "Stored data"
_SWITCH_WORDS: Final = {"on": True, "true": True, "yes": True, "off": False, "false": False, "no": False}
_TEXTS: Final = {
    "theme": _Texts(
        _APPEARANCE,
        "Theme",
        '"Same as system" follows the desktop.',
        {"system": "Same as system", "dark": "Dark", "light": "Light"},
    ),
    "palette": _Texts(
        _APPEARANCE,
        "Price colors",
        "Signs and arrows show the direction as well.",
        {
            "safe": "Blue and orange",
            "classic": "Green up, red down",
            "red-up": "Red up, green down",
            "red-blue": "Red up, blue down",
        },
    ),
    "flash": _Texts(_APPEARANCE, "Flash price changes", "Off at startup if the desktop asks for reduced motion."),
    "frame_limit": _Texts(
        _APPEARANCE,
        "Screen updates",
        "The maximum rate at which prices and charts are painted. Fewer updates save energy.",
        {60: "60 per second", 30: "30 per second", 15: "15 per second", "battery": "15 per second on battery"},
    ),
    "feeds": _Texts(_FEEDS, "Feeds", "Addresses, providers, symbols and keys. Changed in the Feeds panel."),
    "limits.symbols": _Texts(_MEMORY, "Symbols", "How many symbols can be watched at once.", note=_RESTART),
    "limits.trades": _Texts(_MEMORY, "Trades per symbol", "Kept for each watched symbol.", note=_RESTART),
    "limits.second_bars": _Texts(_MEMORY, "1-second bars per symbol", "Kept for each watched symbol.", note=_RESTART),
    "limits.minute_bars": _Texts(_MEMORY, "1-minute bars per symbol", "Kept for each watched symbol.", note=_RESTART),
    "limits.chart_trades": _Texts(_MEMORY, "Trades on a chart", "Kept for each charted symbol.", note=_RESTART),
    "limits.chart_second_bars": _Texts(
        _MEMORY, "1-second bars on a chart", "Kept for each charted symbol; 86,400 is one day.", note=_RESTART
    ),
    "limits.chart_minute_bars": _Texts(
        _MEMORY, "1-minute bars on a chart", "Kept for each charted symbol; 1,440 is one day.", note=_RESTART
    ),
    "limits.charts": _Texts(
        _MEMORY, "Charted symbols", "How many recently charted symbols keep their long history.", note=_RESTART
    ),
    "archive.enabled": _Texts(
        _STORED,
        "Store market data",
        "Received data is shown again the next time you start the program.",
        note=_RESTART,
    ),
    "archive.trade_days": _Texts(_STORED, "Days to keep trades", "Older trades are deleted."),
    "archive.trade_megabytes": _Texts(
        _STORED, "Space for trades (MB)", "When trades take up more space than this, the oldest are deleted."
    ),
    "archive.bar_days": _Texts(
        _STORED,
        "Days to keep bars",
        "For bars shorter than a day; 366 days is a full year. Longer bars are kept forever.",
    ),
    "recording.rolling_minutes": _Texts(
        _STORED,
        "Minutes to record for reports",
        "The latest messages, without keys. 0 turns this off.",
        note=_RESTART,
    ),
    "recording.rolling_megabytes": _Texts(
        _STORED,
        "Space for reports (MB)",
        "When the recorded minutes take up more space than this, the oldest are deleted.",
        note=_RESTART,
    ),
}


def editable_fields() -> tuple[Field, ...]:
    """Return the editable settings, category by category in the order of `Settings`."""
    fields = tuple(_fields(Settings, Settings(), ""))
    categories = list(dict.fromkeys(field.category for field in fields))
    return tuple(sorted(fields, key=lambda field: categories.index(field.category)))


def value_of(settings: Settings, key: str) -> Any:
    """Return the value of a setting."""
    value: Any = settings
    for name in key.split("."):
        value = getattr(value, name)
    return value


def with_setting(settings: Settings, key: str, value: object) -> Settings:
    """Return the settings with another value for one of them."""
    table, _, name = key.rpartition(".")
    if table:
        value = msgspec.structs.replace(getattr(settings, table), **{name: value})
    return msgspec.structs.replace(settings, **{table or name: value})


def _fields(struct: type[msgspec.Struct], defaults: msgspec.Struct, prefix: str) -> Iterator[Field]:
    hints = get_type_hints(struct, include_extras=True)
    for name in struct.__struct_fields__:
        key, hint, default = f"{prefix}{name}", hints[name], getattr(defaults, name)
        if isinstance(default, msgspec.Struct):
            yield from _fields(type(default), default, f"{key}.")
        else:
            yield _field(key, hint, default)


def _field(key: str, hint: Any, default: object) -> Field:
    texts = _TEXTS.get(key) or _Texts(OTHER, key.rpartition(".")[2].replace("_", " ").capitalize(), "")
    field = Field(key, _kind(default), default, texts.category, texts.title, texts.help, texts.note)
    bounds = [meta for meta in get_args(hint)[1:] if isinstance(meta, msgspec.Meta)]
    if get_origin(hint) is Annotated and bounds:
        field = field._replace(minimum=bounds[0].ge, maximum=bounds[0].le)
        hint = get_args(hint)[0]
    if get_origin(hint) is Literal:
        titles = {value: texts.choices.get(value, str(value).capitalize()) for value in get_args(hint)}
        return field._replace(kind=FieldKind.CHOICE, choices=titles)
    return field


def _kind(default: object) -> FieldKind:
    if isinstance(default, bool):
        return FieldKind.SWITCH
    if isinstance(default, int):
        return FieldKind.NUMBER
    return FieldKind.TEXT if isinstance(default, str) else FieldKind.ELSEWHERE
