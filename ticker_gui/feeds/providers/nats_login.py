"""The login at a NATS server: with a token, a user and a password, or an nkey.

Documentation: https://docs.nats.io/running-a-nats-service/configuration/securing_nats/auth_intro
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Final

import msgspec

from ticker_gui.domain.errors import ConnectionLost, FeedRejected, KeyRejected, TickerError
from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.feeds.nats_subjects import PREFIX
from ticker_gui.feeds.wire import json_reader, to_json

_USER_PREFIX: Final = 20 << 3  # the first byte of the public key of a user
_POLYNOMIAL: Final = 0x1021
_SEED_BYTES: Final = slice(2, 34)  # after the prefixes of a seed, before its checksum


class ServerInfo(msgspec.Struct):
    """What the server says about itself. ``ldm`` ("lame duck mode") announces that it is about to stop."""

    auth_required: bool = False
    nonce: str = ""
    ldm: bool = False


read_info: Final = json_reader(ServerInfo)


def connect_options(info: ServerInfo, key: str) -> bytes:
    """Return the options of the operation ``CONNECT``.

    Raises:
        KeyRejected: the server requires a key, or this one cannot be used.
    """
    if info.auth_required and not key:
        raise KeyRejected("The NATS server requires a token, a user and a password, or an nkey.")
    options: dict[str, object] = {
        "verbose": False,
        "pedantic": False,
        "headers": True,
        "no_responders": True,
        "lang": "python",
        "version": "1",
        "protocol": 1,
    }
    if key.startswith("SU") and ":" not in key and info.nonce:
        options |= nkey_answer(key, info.nonce)
    elif ":" in key:
        options["user"], _, options["pass"] = key.partition(":")
    elif key:
        options["auth_token"] = key
    return to_json(options).encode()


def reported_error(reason: str, redact: Callable[[str], str]) -> TickerError | None:
    """Return the error to raise for one that the server reports; ``None`` if it concerns one request only."""
    lowered = reason.lower()
    text = sanitize_text(redact(reason))[:200]
    if "authorization violation" in lowered or "authentication" in lowered:
        return KeyRejected(f"The NATS server does not accept the key: {text}.")
    if "permissions violation" in lowered:
        if "subscription" in lowered and PREFIX in lowered:
            return FeedRejected(f"The NATS server does not allow this user to subscribe: {text}.")
        return None
    return ConnectionLost(f"The NATS server reported an error: {text}.")


def nkey_answer(seed: str, nonce: str) -> dict[str, object]:
    """Return how to prove the possession of an nkey: its public part, and the signature of the server's nonce.

    Raises:
        KeyRejected: it is not the seed of a user, or there is no library for signatures.
    """
    try:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    except ImportError:
        raise KeyRejected("Nkeys need the cryptography package, which is not installed.") from None
    try:
        raw = base64.b32decode(seed + "=" * (-len(seed) % 8))
        private = Ed25519PrivateKey.from_private_bytes(raw[_SEED_BYTES])
    except ValueError:
        raise KeyRejected("The key is not the seed of a user nkey, which begins with SU.") from None
    public = bytes([_USER_PREFIX]) + private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    public += _crc16(public).to_bytes(2, "little")
    signature = base64.urlsafe_b64encode(private.sign(nonce.encode())).rstrip(b"=").decode()
    return {"nkey": base64.b32encode(public).rstrip(b"=").decode(), "sig": signature}


def _crc16(data: bytes) -> int:
    """Return the checksum of an nkey (CRC-16/XMODEM)."""
    crc = 0
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1) ^ _POLYNOMIAL if crc & 0x8000 else crc << 1
            crc &= 0xFFFF
    return crc
