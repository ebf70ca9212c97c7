"""The exceptions of decoding JSON, and their descriptions for the user."""

from __future__ import annotations

from typing import Final

import msgspec

# Nesting deeper than the interpreter's stack is a RecursionError, and invalid UTF-8 a UnicodeDecodeError; neither is a
# DecodeError of msgspec.
DECODE_ERRORS: Final = (msgspec.MsgspecError, RecursionError, UnicodeDecodeError)
# Messages of msgspec.
_MALFORMED: Final = "JSON is malformed"
_INVALID_TEXT: Final = "Invalid UTF-8 encoded string"
_TRUNCATED: Final = "Input data was truncated"


def decode_failure(error: Exception) -> str:
    """Return the reason why JSON could not be decoded, without its values, to complete a sentence."""
    text = str(error).rstrip(".")
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if isinstance(error, UnicodeDecodeError) or text == _INVALID_TEXT:
        return "it is not valid UTF-8"
    if text == _TRUNCATED:
        return "it is incomplete"
    return text.replace(_MALFORMED, "it is not valid JSON", 1)
