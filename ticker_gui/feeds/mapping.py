"""Where an unknown feed keeps its values: the table ``[feeds.mapping]`` of the settings."""

from __future__ import annotations

import msgspec

from ticker_gui.feeds.wire import to_json


class FieldMapping(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Paths to the values of a frame, as JMESPath; of an array of values, by index (``[2]``).

    ``subscribe`` and ``unsubscribe`` are messages with ``$SYMBOLS`` (all as a JSON array), ``$SYMBOL`` (one message
    each) and ``$KEY`` in them. ``items`` leads to the objects in a frame, which is one itself where nothing is said;
    every other path begins at an item. ``when`` is a condition that an item must meet.
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
        """Whether it says where a price is, or only what to send."""
        return bool(self.price or self.bid or self.ask)


def as_toml(mapping: FieldMapping) -> str:
    """Return a mapping as it is written into the settings, below its ``[[feeds]]``."""
    lines = [f"{name} = {to_json(value)}" for name, value in msgspec.to_builtins(mapping).items()]
    return "\n".join(["[feeds.mapping]", *lines, ""])
