"""Redacts secrets in log texts: the known ones, and anything that looks like one."""

from __future__ import annotations

import re
from typing import Final

from ticker_gui.domain.redaction import MIN_LENGTH, REDACTED, redact
from ticker_gui.domain.secret_values import SECRET_NAME, url_secrets
from ticker_gui.feeds.protocol import Credentials

_MAX_SECRETS: Final = 1024
_MAX_INPUT_LENGTH: Final = 131_072
_MAX_LENGTH: Final = 16_384
_PATTERNS: Final = tuple(
    (re.compile(pattern, re.IGNORECASE), f"\\1{REDACTED}")
    for pattern in (
        # A query parameter whose name says that its value is a secret.
        rf"([?&][^\s=&?\"']{{0,64}}{SECRET_NAME}[^\s=&?\"']{{0,64}}=)[^\s&\"'#]{{1,2048}}",
        # User and password of a URL.
        r"(://)[^\s/@\"']{1,512}(?=@)",
        # A header that carries a secret, up to the end of its line or quote.
        r"((?:authorization|cookie|x-[\w-]{0,32}(?:key|token))[\"']?\s{0,4}[:=,]\s{0,4}[\"']?)[^\r\n\"']{1,2048}",
    )
)


class LogRedaction:
    """Holds the secrets of this process and redacts them in texts, such as messages of exceptions and libraries."""

    def __init__(self) -> None:
        self._secrets: dict[str, None] = {}  # an ordered set

    def add(self, access: Credentials) -> None:
        """Add the secrets of a connection: its key, and those in its URL, proxy and headers."""
        self._secrets |= dict.fromkeys((*access.secrets, *url_secrets(access.proxy)))
        while len(self._secrets) > _MAX_SECRETS:
            del self._secrets[next(iter(self._secrets))]

    def is_contained_in(self, text: str) -> bool:
        """Return whether a text contains a known secret as it is."""
        return any(secret in text for secret in self._secrets if len(secret) >= MIN_LENGTH)

    def redact(self, text: str) -> str:
        """Return a text without secrets; the middle of a very long one is omitted.

        The text is shortened twice: what remains is far from the first cut, so it contains no part of a cut secret.
        """
        text = redact(_shortened(text, _MAX_INPUT_LENGTH), tuple(self._secrets))
        text = _shortened(text, _MAX_LENGTH)
        for pattern, redacted in _PATTERNS:
            text = pattern.sub(redacted, text)
        return text

    def redact_all(self, text: str) -> str:
        """Return a text without secrets, whatever its length."""
        text = redact(text, tuple(self._secrets))
        for pattern, redacted in _PATTERNS:
            text = pattern.sub(redacted, text)
        return text


def _shortened(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit // 2]}\n…\n{text[-limit // 2 :]}"


KNOWN_SECRETS: Final = LogRedaction()  # one for the process, because any part of it may log
