"""Regular expressions as programs of an automaton that follows all alternatives at once, without backtracking."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Sequence
from importlib import import_module
from itertools import groupby
from typing import Any, Final, NamedTuple

# The parser of Python's regular expressions, so that the syntax is the same. The trees it returns are not public.
_parser: Final[Any] = import_module("re._parser")
_compiler: Final[Any] = import_module("re._compiler")

MAX_INSTRUCTIONS: Final = 1_000
_NO_LIMIT: Final[int] = _parser.MAXREPEAT
_CHARACTERS: Final = frozenset({"LITERAL", "NOT_LITERAL", "ANY", "IN"})
_REPEATS: Final = frozenset({"MAX_REPEAT", "MIN_REPEAT"})  # both find something in the same texts

IsCharacter = Callable[[str], object]


class UnsupportedPatternError(ValueError):
    """A valid regular expression that the machine cannot execute. The message is a sentence."""


class Character(NamedTuple):
    """Read a character that ``matches``, and continue at ``then``."""

    matches: IsCharacter
    then: int


class Split(NamedTuple):
    """Continue at all of ``targets``."""

    targets: tuple[int, ...]


class Position(NamedTuple):
    """Continue at ``then`` if this is a position of this kind; ``flags`` are those of `re` that apply."""

    kind: str
    flags: int
    then: int


Instruction = Character | Split | Position | None  # None: found


class Program(NamedTuple):
    """Instructions, and where it starts. Where ``literal`` is missing, nothing is found."""

    instructions: Sequence[Instruction]
    start: int
    literal: str

    @property
    def has_positions(self) -> bool:
        """Whether it depends on what is beside a character."""
        return any(isinstance(one, Position) for one in self.instructions)


def compile_program(pattern: str, flags: int = 0) -> Program:
    """Compile a regular expression.

    Raises:
        re.error: it is invalid.
        UnsupportedPatternError: it is too large, or contains what cannot be found in linear time.
    """
    with warnings.catch_warnings():  # about patterns that a later version of Python may understand differently
        warnings.simplefilter("ignore")
        tree = _parser.parse(pattern, flags)
    builder = _Builder()
    start = builder.sequence(tree, tree.state.flags, builder.add(None))
    return Program(builder.instructions, start, _longest_literal(tree))


class _Builder:
    """Adds instructions from the end of a pattern to its beginning."""

    def __init__(self) -> None:
        self.instructions: list[Instruction] = []
        self._no_flags: Final[Any] = _parser.State()  # those of a part of a pattern may differ from those of the whole

    def add(self, instruction: Instruction) -> int:
        if len(self.instructions) >= MAX_INSTRUCTIONS:
            raise UnsupportedPatternError("This regular expression is too long for a search.")
        self.instructions.append(instruction)
        return len(self.instructions) - 1

    def sequence(self, items: Any, flags: int, then: int) -> int:
        """Add consecutive items before ``then``; return where they begin."""
        for operator, argument in reversed(list(items)):
            then = self._item(str(operator), argument, operator, flags, then)
        return then

    def _item(self, name: str, argument: Any, operator: Any, flags: int, then: int) -> int:
        if name in _CHARACTERS:
            tree = _parser.SubPattern(self._no_flags, [(operator, argument)])
            return self.add(Character(_compiler.compile(tree, flags).match, then))
        if name in _REPEATS:
            return self._repeat(argument, flags, then)
        match name:
            case "AT":
                return self.add(Position(str(argument), flags, then))
            case "BRANCH":
                return self.add(Split(tuple(self.sequence(branch, flags, then) for branch in argument[1])))
            case "SUBPATTERN":
                _, added, removed, items = argument
                return self.sequence(items, (flags | added) & ~removed, then)
            case "FAILURE":
                return self.add(Split(()))
        raise UnsupportedPatternError(
            "Lookarounds, backreferences and possessive quantifiers are not supported in searches."
        )

    def _repeat(self, repeat: tuple[int, int, Any], flags: int, then: int) -> int:
        least, most, items = repeat
        if most == _NO_LIMIT:
            loop = self.add(Split(()))
            then, self.instructions[loop] = loop, Split((self.sequence(items, flags, loop), then))
        else:
            end = then
            for _ in range(most - least):
                then = self.add(Split((self.sequence(items, flags, then), end)))
        for _ in range(least):
            begin = self.sequence(items, flags, then)
            if begin == then:  # nothing is repeated, billions of times in (?:){4000000000}
                break
            then = begin
        return then


def _longest_literal(tree: Any) -> str:
    """Return the longest text that is in everything the pattern matches; it may be empty."""
    if tree.state.flags & re.IGNORECASE:
        return ""
    characters = [chr(argument) if str(operator) == "LITERAL" else "" for operator, argument in tree]
    runs = ["".join(run) for is_literal, run in groupby(characters, bool) if is_literal]
    return max(runs, key=len, default="")


def holds(position: Position, before: str, after: str, *, is_last: bool) -> bool:
    """Return whether a position is between two characters, either of which is empty at an end of the text.

    ``is_last`` says whether the text ends with the character after it.
    """
    is_multiline = bool(position.flags & re.MULTILINE)
    match position.kind:
        case "AT_BEGINNING":
            return not before or (is_multiline and before == "\n")
        case "AT_BEGINNING_STRING":
            return not before
        case "AT_END":
            return not after or (after == "\n" and (is_multiline or is_last))
        case "AT_END_STRING":
            return not after
        case "AT_BOUNDARY":
            return _is_word(before, position.flags) is not _is_word(after, position.flags)
        case "AT_NON_BOUNDARY":
            is_within = _is_word(before, position.flags) is _is_word(after, position.flags)
            return is_within and bool(before or after)
    raise UnsupportedPatternError(f"{position.kind} is not supported in a search.")


def _is_word(character: str, flags: int) -> bool:
    if not character or (flags & re.ASCII and not character.isascii()):
        return False
    return character.isalnum() or character == "_"
