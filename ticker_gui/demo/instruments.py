"""The instruments of the demo market."""

from __future__ import annotations

import random
from typing import Final

import msgspec


class DemoInstrument(msgspec.Struct, frozen=True):
    """A simulated instrument. ``volatility`` is the typical relative change between two trades."""

    symbol: str
    opening: float
    tick: float
    volatility: float
    activity: float
    lot: float
    name: str = ""


INSTRUMENTS: Final = (
    DemoInstrument("NIMB", 184.20, 0.01, 0.00012, 3.0, 100, "Nimbus Computing"),
    DemoInstrument("ZEPH", 61.75, 0.01, 0.00025, 2.0, 100, "Zephyr Airlines"),
    DemoInstrument("ORCA", 412.60, 0.01, 0.00010, 2.5, 50, "Orca Shipping"),
    DemoInstrument("KITE", 8.34, 0.01, 0.00070, 1.0, 500, "Kite Toys"),
    DemoInstrument("LUMEN", 27.915, 0.005, 0.00035, 0.8, 200, "Lumen Lighting"),
    DemoInstrument("FERN", 133.05, 0.01, 0.00018, 1.2, 100, "Fern Foods"),
    DemoInstrument("QUARTZ", 2_918.5, 0.5, 0.00012, 0.7, 5, "Quartz Instruments"),
    DemoInstrument("VELA", 0.8452, 0.0001, 0.00055, 1.5, 5_000, "Vela Sailcloth"),
    DemoInstrument("AUR/USX", 1.08235, 0.00005, 0.00004, 3.0, 10_000, "Aurum/Demo dollar"),
    DemoInstrument("BOLT-X", 43_215.0, 5.0, 0.00030, 4.0, 0.05, "Bolt"),
    DemoInstrument("DUNE-X", 2_284.30, 0.1, 0.00040, 2.5, 0.8, "Dune"),
    DemoInstrument("MOTE-X", 0.00001832, 0.00000001, 0.00090, 0.6, 2_000_000, "Mote"),
)


def make_instrument(symbol: str) -> DemoInstrument:
    """Return an instrument for any symbol, always the same one."""
    for existing in INSTRUMENTS:
        if existing.symbol == symbol:
            return existing
    rng = random.Random(symbol)
    opening = 10 ** rng.uniform(0.3, 3.3)
    return DemoInstrument(symbol, round(opening, 2), 0.01, rng.uniform(0.0001, 0.0006), rng.uniform(0.5, 3.0), 100)
