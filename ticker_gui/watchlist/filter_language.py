"""What is typed into the watchlist's filter → a question that each row answers.

Nothing typed is run: words are looked up in a table of the columns, and what is understood becomes closures.
"""

from __future__ import annotations

import difflib
import operator
import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from ticker_gui.domain.errors import TickerError
from ticker_gui.formatting.numbers import PLAIN, NumberStyle
from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.watchlist.columns import COLUMNS, CellKind, Column
from ticker_gui.watchlist.sorting import Filter

_Read: TypeAlias = Callable[[SymbolState, int], Any]

MAX_CHARACTERS: Final = 500
_MAX_NESTED: Final = 50
_SHOWN: Final = 40  # characters that a message repeats

# Of amounts and of ages, behind a number as the table shows them: 4.70 M, 5 min.
_UNITS: Final = {
    "k": 1e3, "m": 1e6, "b": 1e9, "t": 1e12, "q": 1e15, "s": 1.0, "min": 60.0, "h": 3_600.0, "d": 86_400.0,
}  # fmt: skip
_SUFFIX: Final = rf"(?:\s?(?i:{'|'.join(_UNITS)}))?(?![\w.])(?:\s*%)?"
_NUMBER: Final = re.compile(r"(.*\d\.?)\s?([a-z]*)")

_TOKENS: Final = rf"""(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?{_SUFFIX})
    |   (?P<name>[^\W\d]\w*(?:\s*%)?)
    |   (?P<text>"[^"]*"|'[^']*')
    |   (?P<sign><=|>=|==|!=|<>|!~|&&|\|\||[<>=~!()+\-*/,])
    |   (?P<strange>[\w.]+|\S)"""
_BLANKS: Final = "\u00a0\u202f\u2009"  # which part groups of digits in many countries, where people type a space
_APOSTROPHES: Final = "’'"
_CALL: Final = re.compile(r"\b(?:abs|min|max)\s*\(", re.IGNORECASE)
_PLAIN_NUMBER: Final = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_PLAIN_TOKEN: Final = re.compile(_TOKENS, re.VERBOSE)
_SEARCHED: Final = re.compile(r"""[^<>=!~()"'&|*+,]+(?:=[a-z]{1,2})?""")  # EURUSD=X is a symbol
_ALIKE: Final = {"==": "=", "<>": "!=", "&&": "and", "||": "or", "!": "not", "and": "and", "or": "or", "not": "not"}
_END: Final = "the end"

_ARITHMETIC: Final = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}
_COMPARISONS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq,
    "!=": lambda left, right: left < right or left > right,  # what is not a number differs from nothing
    "~": operator.contains, "!~": lambda text, part: part not in text,
}  # fmt: skip
_POWERS: Final = {"or": 1, "and": 2, **dict.fromkeys(_COMPARISONS, 4), "+": 5, "-": 5, "*": 6, "/": 6}  # how tightly
_NOT_POWER: Final = 3
_MINUS_POWER: Final = 7
_FUNCTIONS: Final[dict[str, tuple[Callable[..., Any], int]]] = {"abs": (abs, 1), "min": (min, 2), "max": (max, 2)}
_EXAMPLES: Final = {"a number": "last > 0", "text": "symbol ~ 'usd'", "none": "bid = none"}


class FilterError(TickerError):
    """What was typed is no filter. ``position`` is the character, from 0, that the text is about."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.position = position


def parse(text: str, style: NumberStyle = PLAIN) -> Filter:
    """Return the question that a text asks: ``question(state, now_ns)`` is whether a row meets it, and never raises.

    ``change% > 2 and volume > 1M`` compares columns, by key or title; ``symbol ~ "usd"`` looks into texts. What is not
    known meets no comparison; ``bid = none`` asks for it. Words alone, and a text in quotes where a condition may be,
    are looked for in the names of a row. The case of texts does not matter. Numbers may also be written in the
    ``style`` in which the table shows them.

    Raises:
        FilterError: it is no filter; the text says what is not understood, where, and what could stand there.
    """
    if len(text) > MAX_CHARACTERS:
        raise FilterError(f"The filter is too long: {MAX_CHARACTERS} characters are the most.", MAX_CHARACTERS)
    words = text.casefold().split()
    return _search(words) if _is_search(words) else _Parser(text, style).parse()


def _fields(columns: Sequence[Column]) -> dict[str, Column]:
    """Return the columns by what they may be called: key, title without spaces, % in the place of per cent."""
    fields = {column.key: column for column in columns}
    for column in columns:
        fields.setdefault("".join(column.title.casefold().split()), column)
        fields.setdefault(column.key.replace("_percent", "%"), column)
    return fields


_FIELDS: Final = _fields(COLUMNS)


def _is_search(words: Sequence[str]) -> bool:
    """Tell words to look for from an expression, be it a broken one, which names a column or has signs of one."""
    if any(_SEARCHED.fullmatch(word) is None or word.partition("=")[0] in _FIELDS for word in words):
        return False
    return len(words) <= 1 or not any(word in _ALIKE for word in words)  # a symbol may be called NOT


def _search(words: Sequence[str]) -> Filter:
    names = [_FIELDS[key].value for key in ("symbol", "alias", "feed") if key in _FIELDS]

    def is_found(state: SymbolState, now_ns: int) -> bool:
        found = "\n".join([name(state, now_ns) or "" for name in names]).casefold()
        return all(map(found.__contains__, words))

    return is_found


class _Token(NamedTuple):
    kind: str  # a group of _TOKEN, or "end"
    text: str
    start: int
    sign: str = ""  # in the one spelling that is compared


class _Part(NamedTuple):
    kind: Literal["a number", "text", "a condition", "none"]
    read: _Read
    start: int
    quoted: str | None = None  # what it says, where it is a text in quotes


class _Parser:
    """Precedence climbing over the tokens of one text."""

    def __init__(self, text: str, style: NumberStyle) -> None:
        self._text = text
        self._tokens = [*_tokens(text, style), _Token("end", "", len(text), _END)]
        self._index = 0
        self._depth = 0

    def parse(self) -> Filter:
        part = self._expression()
        self._expect(_END)
        return _condition(part)

    def _take(self) -> _Token:
        self._index += 1
        return self._tokens[self._index - 1]

    def _expression(self, least: int = 1) -> _Part:
        left = self._operand()
        while _POWERS.get(self._tokens[self._index].sign, 0) >= least:
            sign = self._take()
            left = _join(sign, left, self._expression(_POWERS[sign.sign] + 1))
        return left

    def _nested(self, least: int = 1) -> _Part:
        self._depth += 1
        if self._depth > _MAX_NESTED:
            raise FilterError(f"Nested too deep: {_MAX_NESTED} levels are the most.", self._tokens[self._index].start)
        part = self._expression(least)
        self._depth -= 1
        return part

    def _operand(self) -> _Part:
        token = self._take()
        match token.kind, token.sign:
            case "number", _:
                return _Part("a number", _constant(_number(token.text)), token.start)
            case "text", _:
                quoted = token.text[1:-1].casefold()
                return _Part("text", _constant(quoted), token.start, quoted)
            case "name", "":
                return self._named(token)
            case _, "(":
                part = self._nested()
                self._expect(")")
                return part._replace(start=token.start)
            case _, "not":
                return _Part("a condition", _of_one(operator.not_, _condition(self._nested(_NOT_POWER))), token.start)
            case _, "-":
                number = _numeric(token, self._nested(_MINUS_POWER))
                return _Part("a number", _of_one(operator.neg, number), token.start)
            case _, "+":
                return _Part("a number", _numeric(token, self._nested(_MINUS_POWER)), token.start)
        raise self._not_understood(token, "a column, a number, a text in quotes, not or (")

    def _named(self, token: _Token) -> _Part:
        name = "".join(token.text.split()).casefold()
        if name in _FUNCTIONS:
            return self._called(token, *_FUNCTIONS[name])
        if name == "none":
            return _Part("none", _constant(None), token.start)
        if name not in _FIELDS:
            close = difflib.get_close_matches(name, _FIELDS, n=1)
            known = ", ".join(column.key for column in COLUMNS)
            hint = f"did you mean {close[0]!r}?" if close else f"known are {known}"
            place = f"{name[:_SHOWN]!r} at character {token.start + 1}"
            raise FilterError(f"{place} is no column ({hint}); a text to look for stands in quotes.", token.start)
        column = _FIELDS[name]
        if column.look is CellKind.TEXT:
            return _Part("text", _of_one(str.casefold, column.value), token.start)
        return _Part("a number", column.value, token.start)

    def _called(self, token: _Token, function: Callable[..., Any], count: int) -> _Part:
        values: list[_Read] = []
        for sign in "(,"[:count]:
            self._expect(sign)
            values.append(_numeric(token, self._nested()))
        self._expect(")")
        return _Part("a number", (_of_one if count == 1 else _of_two)(function, *values), token.start)

    def _expect(self, sign: str) -> None:
        token = self._take()
        if token.sign != sign:
            could = sign if sign == _END else repr(sign)
            raise self._not_understood(token, could if sign == "(" else f"{could} or a sign such as > or +")

    def _not_understood(self, token: _Token, could: str) -> FilterError:
        shown, place = repr(token.text[:_SHOWN]), f"at character {token.start + 1}"
        if token.kind == "end":
            message = f"The filter stops too early: {could} could stand at its end."
        elif token.text in ('"', "'"):
            message = f"The text that begins {place} has no end: put another {token.text} behind it."
        elif token.kind == "strange" and token.text[0] in ".0123456789":
            message = f"{shown} {place} is no number: write it like 1000, 2.5, 1e6 or 3M."
        elif token.text == "," and self._text[token.start - 1 : token.start + 2 : 2].isdecimal():
            message = f"The comma {place} is not understood: type numbers without it, like 1000 or 1k."
        else:
            message = f"{shown} {place} is not understood: {could} could stand there."
        return FilterError(message, token.start)


@lru_cache(maxsize=4)
def _tokenizer(style: NumberStyle) -> re.Pattern[str]:
    """Return what finds tokens, numbers as the table shows them first."""
    group = re.escape(style.group)
    if style.group in _BLANKS:
        group = f"[ {_BLANKS}]"
    elif style.group in _APOSTROPHES:
        group = f"[{_APOSTROPHES}]"
    fraction = rf"{re.escape(style.point)}[0-9]+(?:e-?[0-9]+)?"  # tiny prices have an exponent
    shown = rf"[0-9]{{1,3}}(?:{group}[0-9]{{2,3}})*{group}[0-9]{{3}}(?:{fraction})?|[0-9]+{fraction}"
    # Spaces count in that part only, as the rest is spread over lines.
    shown = shown.replace(" ", r"\x20")
    return re.compile(rf"(?P<shown>(?:{shown})(?P<suffix>{_SUFFIX}))|{_TOKENS}", re.VERBOSE)


def _tokens(text: str, style: NumberStyle) -> Iterator[_Token]:
    has_arguments = _CALL.search(text) is not None  # a comma parts them, and no digits
    for match in _tokenizer(style).finditer(text):
        if match["shown"] and not (has_arguments and "," in match[0]):
            yield _shown_number(match, style)
        elif match["shown"]:
            yield from (_token(part, match.start()) for part in _PLAIN_TOKEN.finditer(match[0]))
        else:
            yield _token(match)


def _shown_number(match: re.Match[str], style: NumberStyle) -> _Token:
    """Return a number written as the table shows it.

    Raises:
        FilterError: without the style it would be another number, so it is not certain which one is meant.
    """
    text, suffix = match[0].removesuffix(match["suffix"]), match["suffix"]
    whole, _, fraction = text.rpartition(style.point) if style.point in text else (text, "", "")
    plain = re.sub(r"[^0-9]", "", whole) + (f".{fraction}" if fraction else "")
    if _PLAIN_NUMBER.fullmatch(text) and float(text) != float(plain):
        other = text.replace(".", style.point)
        raise FilterError(f"{text} could mean {plain} or {other}: type {plain} or {other}.", match.start())
    return _Token("number", plain + suffix, match.start())


def _token(match: re.Match[str], offset: int = 0) -> _Token:
    kind, text = match.lastgroup or "", match[0]
    return _Token(kind, text, offset + match.start(), _ALIKE.get(text.casefold(), text if kind == "sign" else ""))


def _number(text: str) -> float:
    found = _NUMBER.fullmatch(text.removesuffix("%").rstrip().casefold())
    assert found is not None
    return float(found[1]) * _UNITS.get(found[2], 1.0)


def _condition(part: _Part) -> Filter:
    if part.quoted is not None:
        return _search((part.quoted,))
    return _wanted("a condition", part, f"compare it, as in {_EXAMPLES.get(part.kind)}, or search for it in quotes")


def _numeric(sign: _Token, part: _Part) -> _Read:
    return _wanted("a number", part, f"{sign.text} wants numbers, such as last or 2.5")


def _wanted(kind: str, part: _Part, remedy: str) -> _Read:
    if part.kind == kind:
        return part.read
    raise FilterError(f"What begins at character {part.start + 1} is {part.kind}, not {kind}: {remedy}.", part.start)


def _join(sign: _Token, left: _Part, right: _Part) -> _Part:
    if sign.sign in ("and", "or"):
        one, other = _condition(left), _condition(right)
        if sign.sign == "and":
            return _Part("a condition", lambda state, now_ns: one(state, now_ns) and other(state, now_ns), left.start)
        return _Part("a condition", lambda state, now_ns: one(state, now_ns) or other(state, now_ns), left.start)
    if sign.sign in _ARITHMETIC:
        numbers = _numeric(sign, left), _numeric(sign, right)
        return _Part("a number", _of_two(_ARITHMETIC[sign.sign], *numbers), left.start)
    return _Part("a condition", _comparison(sign, left, right), left.start)


def _comparison(sign: _Token, left: _Part, right: _Part) -> Filter:
    kinds = {left.kind, right.kind}
    if kinds == {"text"} or (kinds == {"a number"} and "~" not in sign.sign):
        return _compared(_COMPARISONS[sign.sign], left.read, right.read)
    if kinds in ({"text", "none"}, {"a number", "none"}) and sign.sign in ("=", "!="):
        read = right.read if left.kind == "none" else left.read
        is_known = _compared(operator.eq, read, read)  # NaN is not itself, and not known either
        return is_known if sign.sign == "!=" else _of_one(operator.not_, is_known)
    raise FilterError(
        f"{sign.text} at character {sign.start + 1} cannot compare {left.kind} with {right.kind}: numbers go with "
        "numbers, texts with texts, ~ with texts, none with = and !=; conditions are joined by and, or.",
        sign.start,
    )


def _constant(value: Any) -> _Read:
    return lambda state, now_ns: value


def _compared(is_so: Callable[[Any, Any], bool], left: _Read, right: _Read) -> Filter:
    def compared(state: SymbolState, now_ns: int) -> bool:
        first, second = left(state, now_ns), right(state, now_ns)
        return first is not None and second is not None and is_so(first, second)

    return compared


def _of_one(compute: Callable[[Any], Any], read: _Read) -> _Read:
    return lambda state, now_ns: None if (value := read(state, now_ns)) is None else compute(value)


def _of_two(compute: Callable[[Any, Any], Any], left: _Read, right: _Read) -> _Read:
    def computed(state: SymbolState, now_ns: int) -> Any:
        first, second = left(state, now_ns), right(state, now_ns)
        if first is None or second is None:
            return None
        try:
            return compute(first, second)
        except ArithmeticError:  # a division by zero, or more than a float can hold
            return None

    return computed
