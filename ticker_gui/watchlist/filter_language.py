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

_Evaluate: TypeAlias = Callable[[SymbolState, int], Any]

MAX_CHARACTERS: Final = 500
_MAX_NESTED: Final = 50
_MAX_QUOTED: Final = 40  # characters that a message repeats

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
_SPACES: Final = "\u00a0\u202f\u2009"  # which part groups of digits in many countries, where people type a space
_APOSTROPHES: Final = "’'"
_CALL: Final = re.compile(r"\b(?:abs|min|max)\s*\(", re.IGNORECASE)
_PLAIN_NUMBER: Final = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_PLAIN_TOKEN: Final = re.compile(_TOKENS, re.VERBOSE)
_SEARCH_WORD: Final = re.compile(r"""[^<>=!~()"'&|*+,]+(?:=[a-z]{1,2})?""")  # EURUSD=X is a symbol
_SYNONYMS: Final = {"==": "=", "<>": "!=", "&&": "and", "||": "or", "!": "not", "and": "and", "or": "or", "not": "not"}
_END: Final = "the end"

_ARITHMETIC: Final = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}
_COMPARISONS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq,
    "!=": lambda left, right: left < right or left > right,  # what is not a number differs from nothing
    "~": operator.contains, "!~": lambda text, expression: expression not in text,
}  # fmt: skip
_PRECEDENCE: Final = {
    "or": 1,
    "and": 2,
    **dict.fromkeys(_COMPARISONS, 4),
    "+": 5,
    "-": 5,
    "*": 6,
    "/": 6,
}  # how tightly
_NOT_PRECEDENCE: Final = 3
_MINUS_PRECEDENCE: Final = 7
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
    if any(_SEARCH_WORD.fullmatch(word) is None or word.partition("=")[0] in _FIELDS for word in words):
        return False
    return len(words) <= 1 or not any(word in _SYNONYMS for word in words)  # a symbol may be called NOT


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


class _Expr(NamedTuple):
    kind: Literal["a number", "text", "a condition", "none"]
    evaluate: _Evaluate
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
        expression = self._expression()
        self._expect(_END)
        return _condition(expression)

    def _next_token(self) -> _Token:
        self._index += 1
        return self._tokens[self._index - 1]

    def _expression(self, min_precedence: int = 1) -> _Expr:
        left = self._operand()
        while _PRECEDENCE.get(self._tokens[self._index].sign, 0) >= min_precedence:
            sign = self._next_token()
            left = _combine(sign, left, self._expression(_PRECEDENCE[sign.sign] + 1))
        return left

    def _nested(self, min_precedence: int = 1) -> _Expr:
        self._depth += 1
        if self._depth > _MAX_NESTED:
            raise FilterError(f"Nested too deep: {_MAX_NESTED} levels are the most.", self._tokens[self._index].start)
        expression = self._expression(min_precedence)
        self._depth -= 1
        return expression

    def _operand(self) -> _Expr:
        token = self._next_token()
        match token.kind, token.sign:
            case "number", _:
                return _Expr("a number", _constant(_number(token.text)), token.start)
            case "text", _:
                quoted = token.text[1:-1].casefold()
                return _Expr("text", _constant(quoted), token.start, quoted)
            case "name", "":
                return self._name(token)
            case _, "(":
                expression = self._nested()
                self._expect(")")
                return expression._replace(start=token.start)
            case _, "not":
                return _Expr(
                    "a condition", _unary(operator.not_, _condition(self._nested(_NOT_PRECEDENCE))), token.start
                )
            case _, "-":
                number = _numeric(token, self._nested(_MINUS_PRECEDENCE))
                return _Expr("a number", _unary(operator.neg, number), token.start)
            case _, "+":
                return _Expr("a number", _numeric(token, self._nested(_MINUS_PRECEDENCE)), token.start)
        raise self._syntax_error(token, "a column, a number, a text in quotes, not or (")

    def _name(self, token: _Token) -> _Expr:
        name = "".join(token.text.split()).casefold()
        if name in _FUNCTIONS:
            return self._call(token, *_FUNCTIONS[name])
        if name == "none":
            return _Expr("none", _constant(None), token.start)
        if name not in _FIELDS:
            close = difflib.get_close_matches(name, _FIELDS, n=1)
            known = ", ".join(column.key for column in COLUMNS)
            hint = f"did you mean {close[0]!r}?" if close else f"known are {known}"
            place = f"{name[:_MAX_QUOTED]!r} at character {token.start + 1}"
            raise FilterError(f"{place} is no column ({hint}); a text to look for stands in quotes.", token.start)
        column = _FIELDS[name]
        if column.kind is CellKind.TEXT:
            return _Expr("text", _unary(str.casefold, column.value), token.start)
        return _Expr("a number", column.value, token.start)

    def _call(self, token: _Token, function: Callable[..., Any], count: int) -> _Expr:
        values: list[_Evaluate] = []
        for sign in "(,"[:count]:
            self._expect(sign)
            values.append(_numeric(token, self._nested()))
        self._expect(")")
        return _Expr("a number", (_unary if count == 1 else _binary)(function, *values), token.start)

    def _expect(self, sign: str) -> None:
        token = self._next_token()
        if token.sign != sign:
            expected = sign if sign == _END else repr(sign)
            raise self._syntax_error(token, expected if sign == "(" else f"{expected} or a sign such as > or +")

    def _syntax_error(self, token: _Token, expected: str) -> FilterError:
        shown, place = repr(token.text[:_MAX_QUOTED]), f"at character {token.start + 1}"
        if token.kind == "end":
            message = f"The filter stops too early: {expected} could stand at its end."
        elif token.text in ('"', "'"):
            message = f"The text that begins {place} has no end: put another {token.text} behind it."
        elif token.kind == "strange" and token.text[0] in ".0123456789":
            message = f"{shown} {place} is no number: write it like 1000, 2.5, 1e6 or 3M."
        elif token.text == "," and self._text[token.start - 1 : token.start + 2 : 2].isdecimal():
            message = f"The comma {place} is not understood: type numbers without it, like 1000 or 1k."
        else:
            message = f"{shown} {place} is not understood: {expected} could stand there."
        return FilterError(message, token.start)


@lru_cache(maxsize=4)
def _tokenizer(style: NumberStyle) -> re.Pattern[str]:
    """Return what finds tokens, numbers as the table shows them first."""
    group = re.escape(style.group)
    if style.group in _SPACES:
        group = f"[ {_SPACES}]"
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
            yield _formatted_number(match, style)
        elif match["shown"]:
            yield from (_token(expression, match.start()) for expression in _PLAIN_TOKEN.finditer(match[0]))
        else:
            yield _token(match)


def _formatted_number(match: re.Match[str], style: NumberStyle) -> _Token:
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
    return _Token(kind, text, offset + match.start(), _SYNONYMS.get(text.casefold(), text if kind == "sign" else ""))


def _number(text: str) -> float:
    found = _NUMBER.fullmatch(text.removesuffix("%").rstrip().casefold())
    assert found is not None
    return float(found[1]) * _UNITS.get(found[2], 1.0)


def _condition(expression: _Expr) -> Filter:
    if expression.quoted is not None:
        return _search((expression.quoted,))
    return _require_kind(
        "a condition", expression, f"compare it, as in {_EXAMPLES.get(expression.kind)}, or search for it in quotes"
    )


def _numeric(sign: _Token, expression: _Expr) -> _Evaluate:
    return _require_kind("a number", expression, f"{sign.text} wants numbers, such as last or 2.5")


def _require_kind(kind: str, expression: _Expr, remedy: str) -> _Evaluate:
    if expression.kind == kind:
        return expression.evaluate
    raise FilterError(
        f"What begins at character {expression.start + 1} is {expression.kind}, not {kind}: {remedy}.", expression.start
    )


def _combine(sign: _Token, left: _Expr, right: _Expr) -> _Expr:
    if sign.sign in ("and", "or"):
        one, other = _condition(left), _condition(right)
        if sign.sign == "and":
            return _Expr("a condition", lambda state, now_ns: one(state, now_ns) and other(state, now_ns), left.start)
        return _Expr("a condition", lambda state, now_ns: one(state, now_ns) or other(state, now_ns), left.start)
    if sign.sign in _ARITHMETIC:
        numbers = _numeric(sign, left), _numeric(sign, right)
        return _Expr("a number", _binary(_ARITHMETIC[sign.sign], *numbers), left.start)
    return _Expr("a condition", _comparison(sign, left, right), left.start)


def _comparison(sign: _Token, left: _Expr, right: _Expr) -> Filter:
    kinds = {left.kind, right.kind}
    if kinds == {"text"} or (kinds == {"a number"} and "~" not in sign.sign):
        return _compare(_COMPARISONS[sign.sign], left.evaluate, right.evaluate)
    if kinds in ({"text", "none"}, {"a number", "none"}) and sign.sign in ("=", "!="):
        evaluate = right.evaluate if left.kind == "none" else left.evaluate
        is_known = _compare(operator.eq, evaluate, evaluate)  # NaN is not itself, and not known either
        return is_known if sign.sign == "!=" else _unary(operator.not_, is_known)
    raise FilterError(
        f"{sign.text} at character {sign.start + 1} cannot compare {left.kind} with {right.kind}: numbers go with "
        "numbers, texts with texts, ~ with texts, none with = and !=; conditions are joined by and, or.",
        sign.start,
    )


def _constant(value: Any) -> _Evaluate:
    return lambda state, now_ns: value


def _compare(predicate: Callable[[Any, Any], bool], left: _Evaluate, right: _Evaluate) -> Filter:
    def compared(state: SymbolState, now_ns: int) -> bool:
        first, second = left(state, now_ns), right(state, now_ns)
        return first is not None and second is not None and predicate(first, second)

    return compared


def _unary(compute: Callable[[Any], Any], evaluate: _Evaluate) -> _Evaluate:
    return lambda state, now_ns: None if (value := evaluate(state, now_ns)) is None else compute(value)


def _binary(compute: Callable[[Any, Any], Any], left: _Evaluate, right: _Evaluate) -> _Evaluate:
    def computed(state: SymbolState, now_ns: int) -> Any:
        first, second = left(state, now_ns), right(state, now_ns)
        if first is None or second is None:
            return None
        try:
            return compute(first, second)
        except ArithmeticError:  # a division by zero, or more than a float can hold
            return None

    return computed
