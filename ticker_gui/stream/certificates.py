"""Creates TLS contexts that trust the system's certificate authorities and the user's own."""

from __future__ import annotations

import asyncio
import os
import ssl
import sys

from ticker_gui.domain.errors import FeedRejected


async def secure_context(cafile: str | None) -> ssl.SSLContext:
    """Return a context that trusts the system's authorities and those in the file ``cafile``.

    Raises:
        FeedRejected: the file cannot be read.
    """
    context = await asyncio.to_thread(_system_context)  # it reads files
    if cafile is not None:
        try:
            await asyncio.to_thread(context.load_verify_locations, cafile)
        except (OSError, ValueError) as error:  # ValueError: a path with a NUL character
            raise FeedRejected(
                f"Could not read the certificates in {cafile}: {error}. Check cafile in the settings."
            ) from error
    return context


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
