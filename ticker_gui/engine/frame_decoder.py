"""Decodes a frame of a feed again, with a copy of its protocol, so that the feed is not affected."""

from __future__ import annotations

import copy
from collections.abc import Sequence

from ticker_gui.domain.errors import TickerError
from ticker_gui.domain.events import Fact
from ticker_gui.engine.engine_feed import EngineFeed
from ticker_gui.logs.internal_errors import ENDS_PROGRAM


def decode_again(feed: EngineFeed, payload: bytes) -> Sequence[Fact] | str | None:
    """Return the facts in a frame, or why it cannot be decoded; None if the feed is not connected.

    The protocol decodes it in its current state, which may differ from the one in which the frame arrived.
    """
    if (protocol := feed.session.protocol) is None:
        return None
    try:
        return tuple(copy.deepcopy(protocol).decode(payload))
    except TickerError as error:
        return protocol.credentials.redact(str(error))
    except ENDS_PROGRAM:
        raise
    except BaseException as error:
        feed.errors.note(error, "decoding a frame for the console")
        return "Internal error. Details are in the log."
