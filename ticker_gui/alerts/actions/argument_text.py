"""The arguments of a command as one line of text, which the user edits; no shell reads it."""

from __future__ import annotations

from typing import Final

from ticker_gui.domain.errors import SettingsError

_QUOTE: Final = '"'


def split_arguments(text: str) -> tuple[str, ...]:
    """Return the arguments in a text: they are separated by spaces, or quoted, where ``""`` is a quotation mark.

    Backslashes have no meaning, because paths on Windows contain them.

    Raises:
        SettingsError: a closing quotation mark is missing.
    """
    arguments: list[str] = []
    current: list[str] = []
    is_argument = is_quoted = False
    position = 0
    while position < len(text):
        character = text[position]
        if character == _QUOTE and is_quoted and text[position + 1 : position + 2] == _QUOTE:
            current.append(_QUOTE)
            position += 1
        elif character == _QUOTE:
            is_quoted, is_argument = not is_quoted, True
        elif character.isspace() and not is_quoted:
            if is_argument:
                arguments.append("".join(current))
            current, is_argument = [], False
        else:
            current.append(character)
            is_argument = True
        position += 1
    if is_quoted:
        raise SettingsError("The command has an opening quotation mark without a closing one.")
    return (*arguments, "".join(current)) if is_argument else tuple(arguments)


def join_arguments(arguments: tuple[str, ...]) -> str:
    """Return the text that `split_arguments` splits into these arguments."""
    return " ".join(map(_quoted, arguments))


def _quoted(argument: str) -> str:
    if argument and _QUOTE not in argument and not any(map(str.isspace, argument)):
        return argument
    return f'"{argument.replace(_QUOTE, _QUOTE * 2)}"'
