"""Searching with a regular expression in linear time: proportional to the text, whatever the expression."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import reduce
from operator import getitem
from typing import Final

from ticker_gui.console.regex_program import Character, Program, Split, compile_program, holds

LIMIT_S: Final = 0.02  # of processor time for one text
_CHUNK: Final = 1024  # characters between two readings of the clock
_STEPS: Final = 64  # of the automaton between two readings of the clock
_MAX_TRANSITIONS: Final = 20_000  # that are remembered
_END: Final = ""


class SearchTimeoutError(Exception):
    """A text could not be searched in time."""


class _State(dict[str, "_State"]):
    """The instructions that the machine may be at, and the state that follows each character, once it is known.

    ``before`` is the last character, if the program depends on it. Characters are keys; the last one of a text is
    doubled, because a position may depend on that.
    """

    __slots__ = ("before", "positions", "regex")

    def __init__(self, regex: LinearRegex, positions: frozenset[int], before: str) -> None:
        super().__init__()
        self.regex = regex
        self.positions = positions
        self.before = before

    def __missing__(self, symbol: str) -> _State:
        return self.regex.step(self, symbol)


class LinearRegex:
    """A regular expression.

    Backtracking, as in `re`, can take years for a text of 40 characters, and cannot be interrupted. This machine
    follows all possibilities at once, and remembers what follows what: its states are made when they are needed.

    Raises:
        re.error: the pattern is invalid.
        UnsupportedPatternError: it contains what cannot be found in linear time.
    """

    def __init__(
        self, pattern: str, flags: int = 0, *, limit_s: float = LIMIT_S, now: Callable[[], float] = time.thread_time
    ) -> None:
        self._program: Final[Program] = compile_program(pattern, flags)
        self._has_positions: Final = self._program.has_positions
        self._limit_s: Final = limit_s
        self._now: Final = now
        self._until = 0.0
        self._steps = self._transitions = 0
        self._states: dict[tuple[frozenset[int], str], _State] = {}
        self._found: Final = _Found(self, frozenset(), _END)
        self._start: Final = frozenset({self._program.start})

    def search(self, text: str) -> bool:
        """Return whether the pattern is found anywhere in a text.

        Raises:
            SearchTimeoutError: it takes too long.
        """
        if self._program.literal not in text:
            return False
        self._until = self._now() + self._limit_s
        state = self._state(self._start, _END)
        last = len(text) - 1
        for start in range(0, last, _CHUNK):
            state = reduce(getitem, text[start : min(start + _CHUNK, last)], state)
            if state is self._found:
                return True
            self._check_time()
        for character in text[last:]:
            state = state[character * 2]
        return state[_END] is self._found

    def step(self, state: _State, symbol: str) -> _State:
        """Return the state that follows a character, and remember it."""
        self._steps += 1
        if self._steps % _STEPS == 0:
            self._check_time()
        if self._transitions >= _MAX_TRANSITIONS:
            self._forget()
        self._transitions += 1
        following = state[symbol] = self._follow(state, symbol)
        return following

    def _follow(self, state: _State, symbol: str) -> _State:
        character, is_last = symbol[:1], len(symbol) > 1
        instructions, following = self._program.instructions, set(self._start)
        reached, pending = set[int](), list(state.positions)
        while pending:
            at = pending.pop()
            if at in reached:
                continue
            reached.add(at)
            instruction = instructions[at]
            if instruction is None:
                return self._found
            if isinstance(instruction, Character):
                if character and instruction.matches(character):
                    following.add(instruction.then)
            elif isinstance(instruction, Split):
                pending.extend(instruction.targets)
            elif holds(instruction, state.before, character, is_last=is_last):
                pending.append(instruction.then)
        return self._state(frozenset(following), character if self._has_positions else _END)

    def _state(self, positions: frozenset[int], before: str) -> _State:
        key = positions, before
        found = self._states.get(key)
        if found is None:
            found = self._states[key] = _State(self, positions, before)
        return found

    def _check_time(self) -> None:
        if self._now() > self._until:
            raise SearchTimeoutError

    def _forget(self) -> None:
        """Forget all states, so that the memory stays bounded; the search continues with the current one."""
        for state in self._states.values():
            state.clear()
        self._states.clear()
        self._transitions = 0


class _Found(_State):
    """The state after the pattern was found, which stays."""

    def __missing__(self, symbol: str) -> _State:
        return self
