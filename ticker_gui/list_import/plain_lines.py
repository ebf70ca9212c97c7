"""What a text of any origin contains beside its content: comments, hints for spreadsheets, and the brackets of JSON."""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec

_MAX_COLUMNS: Final = 200  # if each object had other names, the table would be many times as large as the text
_SPREADSHEET_HINT: Final = re.compile(r"\s*sep=.[ \t]*(?:\r\n?|\n)", re.IGNORECASE)  # the separator, for Excel
_COMMENT_LINE: Final = re.compile(r"^[ \t]*(?:#{1,2} |//)[^\r\n\t;|]*$", re.MULTILINE)  # ### begins a section
# No part of a text is read twice, or a long line with many marks would take minutes. The group is the end of the line.
_COMMENT_BEHIND: Final = re.compile(r"(?<=\S)[ \t]++(?:# |//[ \t])(?:[^\r\n\t,;| ]++| ++(?!\t))*+($)?", re.MULTILINE)


def plain_lines(text: str) -> str:
    """Return the lines of a text without comments; the values or rows of a JSON array become lines or a table."""
    text = _SPREADSHEET_HINT.sub("", text, count=1) if _SPREADSHEET_HINT.match(text) else text
    if text.lstrip().startswith("[") and (rows := _read_json(text)) is not None:
        return "\n".join(rows)
    return _COMMENT_BEHIND.sub(lambda found: found[0] if found[1] is None else "", _COMMENT_LINE.sub("", text))


def _read_json(text: str) -> list[str] | None:
    """Return the lines of an array of texts, or of an array of objects with the same names; None for another text."""
    for written in (text, text.replace("'", '"')):  # as Python writes it
        try:
            values: Any = msgspec.json.decode(written.strip())
        except (msgspec.DecodeError, RecursionError, UnicodeError):
            continue
        if not isinstance(values, list):
            return None
        if all(isinstance(value, str) for value in values):
            return [" ".join(value.split()) for value in values]
        if all(isinstance(value, dict) for value in values):
            names = list(dict.fromkeys(name for value in values for name in value))[:_MAX_COLUMNS]
            return ["\t".join(names), *("\t".join(_cell(value.get(name)) for name in names) for value in values)]
        return None
    return None


def _cell(value: object) -> str:
    return " ".join(str(value).split()) if isinstance(value, str | int | float) else ""
