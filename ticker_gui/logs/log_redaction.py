"""Log text without secrets: those that this run has come to know, and whatever looks like one."""

from __future__ import annotations

import re
from typing import Final

from ticker_gui.domain.redaction import REDACTED, redact
from ticker_gui.domain.secret_values import SECRET_NAME, url_secrets
from ticker_gui.feeds.protocol import Credentials

_MAX_SECRETS: Final = 1024
_MAX_READ: Final = 131_072
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
    """The secrets that may be quoted by an exception or by a library's message, and how to take them out."""

    def __init__(self) -> None:
        self._secrets: dict[str, None] = {}  # a set that keeps its order

    def add(self, access: Credentials) -> None:
        """Redact the key of a connection, and what its URL, proxy and headers carry, from now on."""
        self._secrets |= dict.fromkeys((*access.secrets, *url_secrets(access.proxy)))
        while len(self._secrets) > _MAX_SECRETS:
            del self._secrets[next(iter(self._secrets))]

    def redact(self, text: str) -> str:
        """Return a text without secrets; the middle of a very long one is left out.

        What is shown is far from where the text was first cut, so it holds no part of a secret that was cut through.
        """
        text = redact(_shortened(text, _MAX_READ), tuple(self._secrets))
        text = _shortened(text, _MAX_LENGTH)
        for pattern, redacted in _PATTERNS:
            text = pattern.sub(redacted, text)
        return text


def _shortened(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit // 2]}\n…\n{text[-limit // 2 :]}"


KNOWN_SECRETS: Final = LogRedaction()  # of this process, as any part of it may log
