"""Which values a trade of a US stock may update, as its sale conditions determine.

The rules are those for consolidated values of the two tape plans:

- CTA (tapes A and B): CTS Multicast Output Binary Specification, "Sale Condition" and "Combined Sale Conditions",
  nyse.com/publicdocs/ctaplan/notifications/trader-update/cts_output_spec.pdf;
- UTP (tape C): UTP Binary Output Specification, "Sale Condition Matrix", utpplan.com/DOC/UtpBinaryOutputSpec.pdf.

Alpaca publishes them letter by letter ("How are bars aggregated?" in docs.alpaca.markets/us/docs/market-data-faq, of
2026-09-21; the rows of daily bars apply here), and Massive with its own numbers, which include those of options
(``update_rules.consolidated`` of ``/v3/reference/conditions``, whose ``updates_open_close`` is ``LAST`` here). Finnhub
numbers the conditions in the list that its documentation links
(docs.google.com/spreadsheets/d/1PUxiSWPHSODbaTaoL2Vef6DgU-yFtlRGZf19oBb9Hp0). EODHD sends Massive's numbers. IEX, and
therefore Tiingo, sends flags (IEX TOPS Specification, Appendix A).

Decisions where the specifications leave one:

- If several conditions apply, the most restrictive one decides for each value, as both plans require.
- Where a footnote lets a trade update last only "if it is the only qualifying last", it does not update last here
  (out of sequence, prior reference price, derivatively priced). Where a footnote also accepts the participant's first
  qualifying trade or the participant whose trade is last already (opening trade, sold last), it does.
- Form T: trades outside regular hours count toward volume only, as in both plans. Last keeps the price of the regular
  session, as on the consolidated tape. The minute bars of Alpaca and Massive take prices from such trades, their daily
  bars do not.
- A condition that is not in a table restricts nothing. New codes have described details of regular trades, and a price
  that stands still without a reason would be the worse mistake; the codes are reported with the trade.
- Prices that an exchange publishes as official open or close are messages about prices, not executions, and update
  nothing. The corrected consolidated close updates the price but not the volume, which was counted before.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Final, TypeAlias

import msgspec

from ticker_gui.domain.events import UPDATES_EVERYTHING, Updates

# The conditions of one trade as decoders declare them. The bounds keep the memory of the cache below small.
Code: TypeAlias = Annotated[str, msgspec.Meta(max_length=8)] | int
Codes: TypeAlias = Annotated[tuple[Code, ...], msgspec.Meta(max_length=16)]
Sale: TypeAlias = tuple[tuple[str, ...], Updates]

REGULAR: Final[Sale] = ((), UPDATES_EVERYTHING)
FORM_T: Final = Updates.VOLUME  # what a trade outside regular hours may update

_MAX_CACHED: Final = 1024
_NOT_LAST: Final = Updates.HIGH_LOW | Updates.VOLUME
_ONLY_VOLUME: Final = Updates.VOLUME
_NOT_VOLUME: Final = Updates.LAST | Updates.HIGH_LOW

# Conditions that restrict something. All others update everything.
_RESTRICTIONS: Final[Mapping[str, Updates]] = {
    "average price": _ONLY_VOLUME,
    "bunched sold": _NOT_LAST,
    "cash sale": _ONLY_VOLUME,
    "contingent": _ONLY_VOLUME,
    "corrected consolidated close": _NOT_VOLUME,
    "derivatively priced": _NOT_LAST,
    "extended hours, sold out of sequence": _ONLY_VOLUME,
    "form T": FORM_T,
    "next day": _ONLY_VOLUME,
    "odd lot": _ONLY_VOLUME,
    "late or cancelled option": Updates.NOTHING,
    "official close": Updates.NOTHING,
    "official open": Updates.NOTHING,
    "price variation": _ONLY_VOLUME,
    "proprietary option": _ONLY_VOLUME,
    "prior reference price": _NOT_LAST,
    "qualified contingent": _ONLY_VOLUME,
    "seller": _ONLY_VOLUME,
    "sold out of sequence": _NOT_LAST,
}

_BOTH_PLANS: Final[Mapping[str, str]] = {
    "@": "regular",
    "C": "cash sale",
    "F": "intermarket sweep",
    "G": "bunched sold",
    "H": "price variation",
    "I": "odd lot",
    "K": "rule 127 or 155",
    "L": "sold last",
    "M": "official close",
    "N": "next day",
    "O": "opening trade",
    "P": "prior reference price",
    "Q": "official open",
    "R": "seller",
    "T": "form T",
    "U": "extended hours, sold out of sequence",
    "V": "contingent",
    "X": "cross",
    "Z": "sold out of sequence",
    "4": "derivatively priced",
    "5": "reopening trade",
    "6": "closing trade",
    "7": "qualified contingent",
    "8": "trade through exempt",
    "9": "corrected consolidated close",
}
_CTA: Final[Mapping[str, str]] = {**_BOTH_PLANS, "B": "average price", "E": "automatic execution"}
_UTP: Final[Mapping[str, str]] = {
    **_BOTH_PLANS,
    "A": "acquisition",
    "B": "bunched",
    "D": "distribution",
    "S": "split trade",
    "W": "average price",
    "Y": "yellow flag",
    "1": "stopped stock",
    "2": "sold last",  # and stopped stock
    "3": "sold out of sequence",  # and stopped stock
}
_MASSIVE: Final[Mapping[str, str]] = {
    "0": "regular",
    "1": "acquisition",
    "2": "average price",
    "3": "automatic execution",
    "4": "bunched",
    "5": "bunched sold",
    "6": "CAP election",
    "7": "cash sale",
    "8": "closing trade",
    "9": "cross",
    "10": "derivatively priced",
    "11": "distribution",
    "12": "form T",
    "13": "extended hours, sold out of sequence",
    "14": "intermarket sweep",
    "15": "official close",
    "16": "official open",
    "17": "opening trade",
    "18": "reopening trade",
    "19": "closing trade",
    "20": "next day",
    "21": "price variation",
    "22": "prior reference price",
    "23": "rule 127 or 155",
    "24": "rule 127 or 155",
    "25": "opening trade",
    "26": "opened",
    "27": "stopped stock",
    "28": "reopening trade",
    "29": "seller",
    "30": "sold last",
    "31": "sold last",  # and stopped stock
    "32": "sold out of sequence",
    "33": "sold out of sequence",  # and stopped stock
    "34": "split trade",
    "35": "contingent",  # the stock of a trade of stock and options, which the plans now call contingent
    "36": "yellow flag",
    "37": "odd lot",
    "38": "corrected consolidated close",
    "41": "trade through exempt",
    "52": "contingent",
    "53": "qualified contingent",
    **dict.fromkeys(map(str, range(201, 208)), "late or cancelled option"),
    "246": "proprietary option",
    "247": "proprietary option",
    "248": "form T",
}
_FINNHUB: Final[Mapping[str, str]] = {
    "1": "regular",
    "2": "acquisition",
    "3": "average price",
    "4": "bunched",
    "5": "cash sale",
    "6": "distribution",
    "7": "automatic execution",
    "8": "intermarket sweep",
    "9": "bunched sold",
    "10": "price variation",
    "11": "CAP election",
    "12": "odd lot",
    "13": "rule 127 or 155",
    "14": "rule 127 or 155",
    "15": "sold last",
    "16": "official close",
    "17": "next day",
    "18": "opening trade",
    "19": "opening trade",
    "20": "official open",
    "21": "prior reference price",
    "22": "seller",
    "23": "split trade",
    "24": "form T",
    "25": "extended hours, sold out of sequence",
    "26": "contingent",
    "27": "contingent",  # the stock of a trade of stock and options, see above
    "28": "cross",
    "29": "yellow flag",
    "30": "sold out of sequence",
    "31": "stopped stock",
    "32": "derivatively priced",
    "33": "reopening trade",
    "34": "reopening trade",
    "35": "closing trade",
    "36": "closing trade",
    "37": "qualified contingent",
    "38": "trade through exempt",
    "39": "corrected consolidated close",
    "40": "opened",
    "41": "trade through exempt",
}
# The flags of IEX, which has no letters.
_IEX: Final[Mapping[str, str]] = {
    "after hours": "form T",
    "intermarket sweep": "intermarket sweep",
    "odd lot": "odd lot",
    "trade through exempt": "trade through exempt",
}


class SaleConditions:
    """How one provider writes sale conditions."""

    def __init__(self, *tables: Mapping[str, str]) -> None:
        self._tables = tables
        # Few combinations occur, and every trade asks for one.
        self.read = lru_cache(maxsize=_MAX_CACHED)(self._read)

    def _read(self, codes: tuple[str | int, ...]) -> Sale:
        """Return the codes as text, and what all of them together allow a trade to update."""
        conditions = tuple(map(str, codes))
        updates = UPDATES_EVERYTHING
        for table in self._tables:
            for condition in conditions:
                updates &= _RESTRICTIONS.get(table.get(condition.strip(), ""), UPDATES_EVERYTHING)
        return conditions, updates


CTA: Final = SaleConditions(_CTA)
UTP: Final = SaleConditions(_UTP)
UNKNOWN_TAPE: Final = SaleConditions(_CTA, _UTP)  # the more restrictive meaning of a letter
MASSIVE: Final = SaleConditions(_MASSIVE)
FINNHUB: Final = SaleConditions(_FINNHUB)
IEX: Final = SaleConditions(_IEX)

# Sale conditions of stocks by the letter of the tape that lists them; O is over the counter.
TAPES: Final[Mapping[str | None, SaleConditions]] = {"A": CTA, "B": CTA, "C": UTP, "O": UTP}
