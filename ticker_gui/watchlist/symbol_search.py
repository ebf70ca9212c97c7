"""Search of the known symbols, best matches first."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import chain, islice
from typing import Final

_SEPARATORS: Final = "-/_:."
_REMOVE_SEPARATORS: Final = str.maketrans("", "", _SEPARATORS)


def search(typed: str, known: Iterable[str], limit: int = 12) -> list[str]:
    """Return at most ``limit`` symbols of ``known`` that match, ignoring case.

    Matches are ranked: the symbol itself, the same symbol with other separators, a prefix, the prefix of a part
    (``usd`` in ``BTC-USD``), then any substring. Equal matches keep their order in ``known``.
    """
    query = typed.strip().casefold()
    bare_query = query.translate(_REMOVE_SEPARATORS)
    if not bare_query:
        return list(islice(known, limit))
    symbols = [symbol for symbol in known if "\n" not in symbol]
    text = "\n".join(symbols).casefold()  # one call, because fifty thousand calls take far longer
    has_part = re.compile(f"[{_SEPARATORS}]{re.escape(query)}").search
    ranks: list[list[str]] = [[], [], [], [], []]
    for symbol, folded, folded_bare in zip(
        symbols, text.split("\n"), text.translate(_REMOVE_SEPARATORS).split("\n"), strict=False
    ):
        if bare_query not in folded_bare:  # true of every match
            continue
        if folded_bare.startswith(bare_query):
            ranks[0 if folded == query else 1 if folded_bare == bare_query else 2].append(symbol)
        else:
            ranks[3 if has_part(folded) else 4].append(symbol)
    return list(islice(chain.from_iterable(ranks), limit))
