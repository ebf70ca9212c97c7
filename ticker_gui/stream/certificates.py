"""Creates TLS contexts that trust the system's certificate authorities and the user's own."""

from __future__ import annotations

import asyncio
import os
import ssl
import sys
from pathlib import Path

from ticker_gui.domain.errors import FeedRejected
from ticker_gui.formatting.file_errors import NOT_REGULAR, describe_read_error, is_special


async def secure_context(cafile: str | None) -> ssl.SSLContext:
    """Return a context that trusts the system's authorities and those in the file ``cafile``.

    Raises:
        FeedRejected: the file cannot be read.
    """
    context = await asyncio.to_thread(_system_context)  # it reads files
    if cafile is not None:
        try:
            await asyncio.to_thread(_add_authorities, context, cafile)
        except (OSError, ValueError) as error:
            raise FeedRejected(
                f"Could not read the certificates in {cafile}: {_describe(error, Path(cafile))}. "
                "Check cafile in the settings."
            ) from error
    return context


def _add_authorities(context: ssl.SSLContext, cafile: str) -> None:
    if os.path.isdir(cafile):
        raise IsADirectoryError(21, "Is a directory")
    if is_special(Path(cafile)):
        raise ValueError(NOT_REGULAR)
    context.load_verify_locations(cafile)


def _describe(error: OSError | ValueError, file: Path) -> str:
    if isinstance(error, ssl.SSLError):
        return "it contains no valid certificates in PEM format"
    return describe_read_error(error, file) if isinstance(error, OSError) else str(error)


def _system_context() -> ssl.SSLContext:
    """Return a context that trusts the system's authorities and those in the file that ``SSL_CERT_FILE`` names.

    Python itself reads the system's authorities on Linux only: on macOS it has none until a script of its installer
    has run, and on Windows it lacks those that Windows downloads when they are first needed.
    """
    if sys.platform not in ("darwin", "win32"):
        return ssl.create_default_context()
    import truststore

    context: ssl.SSLContext = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if file := os.environ.get("SSL_CERT_FILE"):
        context.load_verify_locations(file)
    return context
