"""Parser of the watchlist's filter language: a text becomes a predicate on rows.

The text is never executed: names are looked up in the table of columns, and expressions become closures.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Sequence, Set
from functools import lru_cache
from itertools import takewhile
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from ticker_gui.domain.errors import TickerError
from ticker_gui.domain.sanitize import quoted
from ticker_gui.formatting.numbers import PLAIN, NumberStyle
from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.watchlist.columns import COLUMNS, CellKind, Column
from ticker_gui.watchlist.sorting import Filter

_Evaluate: TypeAlias = Callable[[SymbolState, int], Any]

MAX_CHARACTERS: Final = 500
_MAX_NESTED: Final = 50

# Units of amounts and ages, as the table displays them: 4.70 M, 5 min.
_UNITS: Final = {
    "k": 1e3, "m": 1e6, "b": 1e9, "t": 1e12, "q": 1e15, "s": 1.0, "min": 60.0, "h": 3_600.0, "d": 86_400.0,
}  # fmt: skip
_SUFFIX: Final = rf"(?:\s?(?i:{'|'.join(_UNITS)}))?(?![\w.])(?:\s*%)?"
_NUMBER: Final = re.compile(r"(.*\d\.?)\s?([a-z]*)")

_TOKENS: Final = rf"""(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?{_SUFFIX})
    |   (?P<name>[^\W\d]\w*(?:\s*%)?)
    |   (?P<text>"[^"]*"|'[^']*')
    |   (?P<operator><=|>=|==|!=|<>|!~|&&|\|\||[<>=~!()+\-*/,])
    |   (?P<invalid>[\w.]+|\S)"""
_SPACES: Final = "\u00a0\u202f\u2009"  # digit group separators of many locales, where people type a space
_APOSTROPHES: Final = "’'"
_CALL: Final = re.compile(r"\b(?:abs|min|max)\s*\(", re.IGNORECASE)
_PLAIN_NUMBER: Final = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_PLAIN_TOKEN: Final = re.compile(_TOKENS, re.VERBOSE)
_SEARCH_WORD: Final = re.compile(r"""[^<>=!~()"'&|*+,]+(?:=[a-z]{1,2})?""")  # EURUSD=X is a symbol
_SYNONYMS: Final = {"==": "=", "<>": "!=", "&&": "and", "||": "or", "!": "not", "and": "and", "or": "or", "not": "not"}
_END: Final = "the end"
_FILLERS: Final = re.compile(r"[\s_]+")
_SEARCHED: Final = ("symbol", "alias", "feed")

_ARITHMETIC: Final = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}
_COMPARISONS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq,
    "!=": lambda left, right: left < right or left > right,  # False for NaN
    "~": operator.contains, "!~": lambda text, expression: expression not in text,
}  # fmt: skip
# Higher values bind more tightly.
_PRECEDENCE: Final = {
    "or": 1, "and": 2, **dict.fromkeys(_COMPARISONS, 4), "+": 5, "-": 5, "*": 6, "/": 6,
}  # fmt: skip
_NOT_PRECEDENCE: Final = 3
_MINUS_PRECEDENCE: Final = 7
_FUNCTIONS: Final[dict[str, tuple[Callable[..., Any], int]]] = {"abs": (abs, 1), "min": (min, 2), "max": (max, 2)}
_EXAMPLES: Final = {"a number": "last > 0", "text": "symbol ~ 'usd'", "none": "bid = none"}


class FilterError(TickerError):
    """The text is not a valid filter. ``position`` is the index of the character that the message is about."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.position = position


def parse(text: str, style: NumberStyle = PLAIN) -> Filter:
    """Return the predicate of a filter text: ``predicate(state, now_ns)`` is whether a row passes; it never raises.

    ``change% > 2 and volume > 1M`` compares columns, by key or by title, in which case, spaces and underscores are
    ignored: ``prev close``, ``prevclose``. ``symbol ~ "usd"`` searches in text. Unknown
    values fail every comparison; ``bid = none`` tests for them, and for empty text. Plain words, and quoted text in
    place of a condition, are searched for in symbol, alias and feed. Text ignores case. Numbers may also be written in
    the ``style`` of the table.

    Raises:
        FilterError: the text is not a valid filter; the message says where and what was expected.
    """
    if len(text) > MAX_CHARACTERS:
        raise FilterError(f"The filter is too long (limit: {MAX_CHARACTERS} characters).", MAX_CHARACTERS)
    words = text.casefold().split()
    return _search(words) if _is_search(words) else _Parser(text, style).parse()


def columns_in(text: str) -> Set[str]:
    """Return the keys of the columns that a valid filter text may read; plain and quoted words search in some."""
    parser = _Parser(text, PLAIN)
    if not _is_search(text.casefold().split()):
        parser.parse()
    return parser.columns


class _Field(NamedTuple):
    """A name of a column: the column, and how messages spell the name."""

    column: Column
    spelling: str


def _bare_name(name: str) -> str:
    """Return the name of a column without spaces, underscores and capitals."""
    return _FILLERS.sub("", name).casefold()


def _fields(columns: Sequence[Column]) -> dict[str, _Field]:
    """Return the columns by their bare names: key, key with % for percent, and title."""
    names = [(column, column.key) for column in columns]
    names += [(column, column.key.replace("_percent", "%")) for column in columns]
    names += [(column, column.title.casefold()) for column in columns]
    fields: dict[str, _Field] = {}
    for column, name in names:  # no title hides the key of another column
        fields.setdefault(_bare_name(name), _Field(column, name))
    return fields


_FIELDS: Final = _fields(COLUMNS)


def _is_search(words: Sequence[str]) -> bool:
    """Return whether these are words to search for, and not a (possibly invalid) expression."""
    if any(_SEARCH_WORD.fullmatch(word) is None or _bare_name(word.partition("=")[0]) in _FIELDS for word in words):
        return False
    return len(words) <= 1 or not any(word in _SYNONYMS for word in words)  # a symbol may be named NOT


def _search(words: Sequence[str]) -> Filter:
    names = [_FIELDS[key].column.value for key in _SEARCHED if key in _FIELDS]

    def is_found(state: SymbolState, now_ns: int) -> bool:
        found = "\n".join([name(state, now_ns) or "" for name in names]).casefold()
        return all(map(found.__contains__, words))

    return is_found


class _Token(NamedTuple):
    kind: str  # a group of _TOKEN, or "end"
    text: str
    start: int
    operator: str = ""  # canonical spelling of an operator or keyword


class _Expr(NamedTuple):
    kind: Literal["a number", "text", "a condition", "none"]
    evaluate: _Evaluate
    start: int
    quoted: str | None = None  # the text, if it is a quoted text


class _Parser:
    """Precedence-climbing parser of one text."""

    def __init__(self, text: str, style: NumberStyle) -> None:
        self._text = text
        self._tokens = [*_tokens(text, style), _Token("end", "", len(text), _END)]
        self._index = 0
        self._depth = 0
        self.columns = set(_SEARCHED)

    def parse(self) -> Filter:
        expression = self._expression()
        self._expect(_END)
        return _condition(expression)

    def _next_token(self) -> _Token:
        self._index += 1
        return self._tokens[self._index - 1]

    def _expression(self, min_precedence: int = 1) -> _Expr:
        left = self._operand()
        while _PRECEDENCE.get(self._tokens[self._index].operator, 0) >= min_precedence:
            token = self._next_token()
            left = _combine(token, left, self._expression(_PRECEDENCE[token.operator] + 1))
        return left

    def _nested(self, min_precedence: int = 1) -> _Expr:
        self._depth += 1
        if self._depth > _MAX_NESTED:
            raise FilterError(
                f"The filter is nested too deeply (limit: {_MAX_NESTED} levels).", self._tokens[self._index].start
            )
        expression = self._expression(min_precedence)
        self._depth -= 1
        return expression

    def _operand(self) -> _Expr:
        token = self._next_token()
        match token.kind, token.operator:
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
        raise self._syntax_error(token, "a column, a number, quoted text, not or (")

    def _name(self, first: _Token) -> _Expr:
        rest = takewhile(lambda token: token.kind == "name" and not token.operator, self._tokens[self._index :])
        words = [first.text, *(token.text for token in rest)]  # nothing else that is valid begins with two names
        name = _bare_name("".join(words))
        if name in _FUNCTIONS:
            return self._call(first, *_FUNCTIONS[name])
        if name == "none":
            return _Expr("none", _constant(None), first.start)
        if name not in _FIELDS:
            raise _unknown_column(" ".join(words), first.start)
        self._index += len(words) - 1
        column = _FIELDS[name].column
        self.columns.add(column.key)
        if column.kind is CellKind.TEXT:
            return _Expr("text", _unary(str.casefold, column.value), first.start)
        return _Expr("a number", column.value, first.start)

    def _call(self, token: _Token, function: Callable[..., Any], count: int) -> _Expr:
        values: list[_Evaluate] = []
        for separator in "(,"[:count]:
            self._expect(separator)
            values.append(_numeric(token, self._nested()))
        self._expect(")")
        return _Expr("a number", (_unary if count == 1 else _binary)(function, *values), token.start)

    def _expect(self, operator: str) -> None:
        token = self._next_token()
        if token.operator != operator:
            expected = operator if operator == _END else quoted(operator)
            raise self._syntax_error(token, expected if operator == "(" else f"an operator or {expected}")

    def _syntax_error(self, token: _Token, expected: str) -> FilterError:
        found, place = quoted(token.text), f"at character {token.start + 1}"
        if token.kind == "end":
            message = f"Unexpected end of the filter: expected {expected}."
        elif token.text in ('"', "'"):
            message = f"The quoted text {place} is not closed: add another {token.text} at its end."
        elif token.kind == "invalid" and token.text[0] in ".0123456789":
            message = f"{found} {place} is not a number: write it like 1000, 2.5, 1e6 or 3M."
        elif token.text == "," and self._text[token.start - 1 : token.start + 2 : 2].isdecimal():
            message = f"Unexpected comma {place}: type numbers without it, like 1000 or 1k."
        else:
            message = f"Unexpected {found} {place}: expected {expected}."
        return FilterError(message, token.start)


@lru_cache(maxsize=4)
def _tokenizer(style: NumberStyle) -> re.Pattern[str]:
    """Return the token pattern, which matches numbers in the table's format first."""
    group = re.escape(style.group)
    if style.group in _SPACES:
        group = f"[ {_SPACES}]"
    elif style.group in _APOSTROPHES:
        group = f"[{_APOSTROPHES}]"
    fraction = rf"{re.escape(style.point)}[0-9]+(?:e-?[0-9]+)?"  # tiny prices have an exponent
    formatted = rf"[0-9]{{1,3}}(?:{group}[0-9]{{2,3}})*{group}[0-9]{{3}}(?:{fraction})?|[0-9]+{fraction}"
    formatted = formatted.replace(" ", r"\x20")  # literal spaces have to be escaped in verbose mode
    return re.compile(rf"(?P<formatted>(?:{formatted})(?P<suffix>{_SUFFIX}))|{_TOKENS}", re.VERBOSE)


def _tokens(text: str, style: NumberStyle) -> Iterator[_Token]:
    has_arguments = _CALL.search(text) is not None  # in which a comma separates arguments, not digits
    for match in _tokenizer(style).finditer(text):
        if match["formatted"] and not (has_arguments and "," in match[0]):
            yield _formatted_number(match, style)
        elif match["formatted"]:
            yield from (_token(part, match.start()) for part in _PLAIN_TOKEN.finditer(match[0]))
        else:
            yield _token(match)


def _formatted_number(match: re.Match[str], style: NumberStyle) -> _Token:
    """Return the token of a number in the table's format.

    Raises:
        FilterError: the number is ambiguous: it has another value without the style.
    """
    text, suffix = match[0].removesuffix(match["suffix"]), match["suffix"]
    whole, _, fraction = text.rpartition(style.point) if style.point in text else (text, "", "")
    plain = re.sub(r"[^0-9]", "", whole) + (f".{fraction}" if fraction else "")
    if _PLAIN_NUMBER.fullmatch(text) and float(text) != float(plain):
        other = text.replace(".", style.point)
        raise FilterError(f"{text} is ambiguous: type {plain} or {other}.", match.start())
    return _Token("number", plain + suffix, match.start())


def _token(match: re.Match[str], offset: int = 0) -> _Token:
    kind, text = match.lastgroup or "", match[0]
    return _Token(
        kind, text, offset + match.start(), _SYNONYMS.get(text.casefold(), text if kind == "operator" else "")
    )


def _number(text: str) -> float:
    found = _NUMBER.fullmatch(text.removesuffix("%").rstrip().casefold())
    assert found is not None
    return float(found[1]) * _UNITS.get(found[2], 1.0)


def _unknown_column(name: str, position: int) -> FilterError:
    import difflib  # slow to load, and only needed for this message

    close = difflib.get_close_matches(_bare_name(name), _FIELDS, n=1)
    known = ", ".join(column.key for column in COLUMNS)
    hint = f"Did you mean {quoted(_FIELDS[close[0]].spelling)}?" if close else f"The columns are {known}."
    unknown = f"Unknown column {quoted(name)} at character {position + 1}."
    return FilterError(f"{unknown} {hint} Put text to search for in quotes.", position)


def _condition(expression: _Expr) -> Filter:
    if expression.quoted is not None:
        return _search((expression.quoted,))
    return _require_kind(
        "a condition", expression, f"compare it, as in {_EXAMPLES.get(expression.kind)}, or search for it in quotes"
    )


def _numeric(token: _Token, expression: _Expr) -> _Evaluate:
    return _require_kind("a number", expression, f"{token.text} needs numbers, such as last or 2.5")


def _require_kind(kind: str, expression: _Expr, remedy: str) -> _Evaluate:
    if expression.kind == kind:
        return expression.evaluate
    raise FilterError(
        f"Expected {kind} at character {expression.start + 1}, found {expression.kind}: {remedy}.", expression.start
    )


def _combine(token: _Token, left: _Expr, right: _Expr) -> _Expr:
    if token.operator in ("and", "or"):
        one, other = _condition(left), _condition(right)
        if token.operator == "and":
            return _Expr("a condition", lambda state, now_ns: one(state, now_ns) and other(state, now_ns), left.start)
        return _Expr("a condition", lambda state, now_ns: one(state, now_ns) or other(state, now_ns), left.start)
    if token.operator in _ARITHMETIC:
        numbers = _numeric(token, left), _numeric(token, right)
        return _Expr("a number", _binary(_ARITHMETIC[token.operator], *numbers), left.start)
    return _Expr("a condition", _comparison(token, left, right), left.start)


def _comparison(token: _Token, left: _Expr, right: _Expr) -> Filter:
    kinds = {left.kind, right.kind}
    if kinds == {"text"} or (kinds == {"a number"} and "~" not in token.operator):
        return _compare(_COMPARISONS[token.operator], left.evaluate, right.evaluate)
    if kinds in ({"text", "none"}, {"a number", "none"}) and token.operator in ("=", "!="):
        evaluate = right.evaluate if left.kind == "none" else left.evaluate
        is_known = _compare(lambda value, same: value == same != "", evaluate, evaluate)  # neither NaN nor empty text
        return is_known if token.operator == "!=" else _unary(operator.not_, is_known)
    raise FilterError(
        f"{token.text} at character {token.start + 1} cannot compare {left.kind} with {right.kind}. Compare numbers "
        "with numbers and text with text, use ~ for text only, none with = or !=, and join conditions with and, or.",
        token.start,
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
        except ArithmeticError:  # division by zero or overflow
            return None

    return computed
