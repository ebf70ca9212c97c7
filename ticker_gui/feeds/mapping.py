"""The paths to the values in an unknown feed's messages: the table ``[feeds.mapping]`` of the settings."""

from __future__ import annotations

import msgspec

from ticker_gui.feeds.wire import to_json


class FieldMapping(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Paths to the values in a message, as JMESPath; an element of an array has its index (``[2]``).

    ``subscribe`` and ``unsubscribe`` are templates of messages, in which ``$SYMBOLS`` (all symbols as a JSON array),
    ``$SYMBOL`` (one message per symbol) and ``$KEY`` are replaced. ``items`` is the path to the items of a message;
    without it, the message is the item. All other paths start at an item. ``when`` is a condition that items must meet.
    The price ``$mid`` is the mid price of bid and ask.
    """

    subscribe: str = ""
    unsubscribe: str = ""
    items: str = ""
    when: str = ""
    symbol: str = ""
    price: str = ""
    size: str = ""
    bid: str = ""
    bid_size: str = ""
    ask: str = ""
    ask_size: str = ""
    open: str = ""
    high: str = ""
    low: str = ""
    previous_close: str = ""
    volume: str = ""
    time: str = ""
    trade_id: str = ""

    @property
    def has_values(self) -> bool:
        """Whether it has a path to a price, and not only messages to send."""
        return bool(self.price or self.bid or self.ask)


def as_toml(mapping: FieldMapping) -> str:
    """Return a mapping as TOML for the settings, to be placed below its ``[[feeds]]``."""
    lines = [f"{name} = {to_json(value)}" for name, value in msgspec.to_builtins(mapping).items()]
    return "\n".join(["[feeds.mapping]", *lines, ""])
