"""Names of fields in market data feeds, and how well a name fits a role."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

NUMBER: Final = frozenset({"number"})
TIME: Final = frozenset({"time"})
ANY: Final = frozenset({"number", "text", "time"})

# The types of values that each role of a mapping may have.
ROLES: Final[dict[str, frozenset[str]]] = {
    "price": NUMBER,
    "size": NUMBER,
    "bid": NUMBER,
    "bid_size": NUMBER,
    "ask": NUMBER,
    "ask_size": NUMBER,
    "open": NUMBER,
    "high": NUMBER,
    "low": NUMBER,
    "previous_close": NUMBER,
    "volume": NUMBER,
    "time": TIME,
    "trade_id": ANY,
}

# Names by role and score. Names are written as letters only, in lower case unless they have one letter.
_NAMES: Final[dict[str, dict[float, str]]] = {
    "symbol": {
        1.0: "symbol sym instrument instrumentid instid instrumentname ticker productid pair currencypair marketsymbol "
        "symbolname tradingpair security isin",
        0.8: "s S product market code contract asset currency name topic channel stream ch id i n T",
    },
    "price": {
        1.0: "price px last lastprice lastpx lasttradeprice tradeprice lasttradedprice latest latestprice ltp "
        "executionprice execprice dealprice fillprice matchprice currentprice priceusd lasttrade lastpr",
        0.9: "p P close closeprice prc rate trdprc lastvalue pricerp pricerv lastrp closerp",
        0.8: "c lp value val spot spotprice quote",
        0.5: "l",
    },
    "size": {
        1.0: "size sz qty quantity execqty dealqty filledqty "
        "lastsize lastsz lastqty tradesize tradeqty tradequantity lastquantity lastvolume "
        "tradevolume executedqty",
        0.9: "q amount amt baseqty baseamount",
        0.7: "v vol volume z",
        0.5: "s a",
    },
    "bid": {
        1.0: "bid highestbid bidpr bidprice bestbid bestbidprice bidpx bidprc topbid bidrate",
        0.85: "b bp buy buyprice bb pb",
    },
    "bid_size": {
        1.0: "bidsize bidsz bidqty bidquantity bestbidsize bestbidqty bestbidquantity bidvolume bidvol bidamount "
        "bestbidamount bidlotsize",
        0.85: "B bs bq bv bz qb",
    },
    "ask": {
        1.0: "ask lowestask askpr askprice bestask bestaskprice askpx askprc "
        "offer offerprice bestoffer topask ofr askrate",
        0.85: "a ap sell sellprice ba pa",
    },
    "ask_size": {
        1.0: "asksize asksz askqty askquantity bestasksize bestaskqty bestaskquantity askvolume askvol askamount "
        "bestaskamount offersize offerqty asklotsize",
        0.85: "A as aq av az qa",
    },
    "open": {1.0: "open openprice openpx dayopen opening sessionopen", 0.8: "o O op"},
    "high": {1.0: "high highprice highpx dayhigh sessionhigh", 0.85: "h H hi"},
    "low": {1.0: "low lowprice lowpx daylow sessionlow", 0.8: "l L lo"},
    "previous_close": {
        1.0: "previousclose prevclose prevcloseprice previouscloseprice previousprice prevprice closeprev "
        "yesterdayclose closeyesterday",
        0.8: "pc yclose prevday",
    },
    "volume": {
        1.0: "volume vol dayvolume basevolume totalvolume cumulativevolume accumulatedvolume tradedvolume volumetoday",
        0.8: "v V vb",
    },
    "time": {
        1.0: "tradetime tradetimestamp tradets transacttime createtimems exectime execdate dealtime filltime matchtime",
        0.99: "createtime lasttradetime exchangetime",
        0.98: "time timestamp ts datetime eventtime updatetime quotetime timestampms timems",
        0.91: "t T",
        0.9: "E date tm ms updatedat createdat lastupdate lastupdated updated at dt dtm",
    },
    "trade_id": {1.0: "tradeid executionid execid matchid dealid", 0.7: "tid"},
}

# A name with one of these words means something else: the change of a price is not a price.
_OTHER_MEANINGS: Final = frozenset(
    (
        *("change", "changed", "chg", "chgd", "pct", "percent", "percentage", "pcnt", "diff", "delta", "count", "avg"),
        *("average", "weighted", "vwap", "funding", "interest", "limit", "step", "tick", "increment", "precision"),
        *("turnover", "index", "mark", "fee", "min", "max", "maker", "taker", "order", "orders", "seq", "sequence"),
        *("rank", "cap", "supply", "yield", "spread", "premium", "id", "ids", "uid", "nonce", "offset", "version"),
        *("channel", "checksum", "crc", "hash", "scale", "scaled", "exponent", "expo", "mantissa", "decimals", "ep"),
        *(
            "iv",
            "pe",
            "eps",
            "yld",
            "gamma",
            "theta",
            "vega",
            "rho",
            "beta",
            "alpha",
            "ratio",
            "dividend",
            "div",
            "roi",
        ),
        *("apr", "apy", "oi", "leverage", "lev", "margin", "pnl", "roe", "vola", "volatility", "rsi", "macd", "sma"),
        *("ema", "signal", "score", "sentiment", "weight", "duration", "latency", "lag", "temperature", "humidity"),
        *(
            "cp",
            "chp",
            "dp",
            "imbalance",
            "balance",
            "equity",
            "er",
            "ev",
            "raw",
            "nano",
            "micros",
            "wei",
            "sats",
            "num",
            "number",
            "no",
            "nr",
            "code",
            "level",
            "depth",
        ),
    )
)
# A name with one of these words is not the price or size of a trade, but may be a statistic of the day.
_NOT_OF_A_TRADE: Final = frozenset(
    (
        *("mid", "fair", "theo", "theoretical", "settle", "settlement", "settled", "estimated", "indicative", "est"),
        *("impact", "oracle", "reference", "ref", "trigger", "stop", "strike", "target", "entry", "liquidation"),
        *("acc", "accumulated", "cum", "cumulative", "total", "sum", "gross", "net", "notional", "quote", "nav"),
        *("prev", "previous", "open", "opening", "high", "low", "highest", "lowest", "base", "underlying", "usdt"),
    )
)
_MARKET_ROLES: Final = frozenset({"price", "size", "bid", "ask", "bid_size", "ask_size"})
# A price in an object with one of these words is not that of a trade: ``mark.price``, ``open.price``.
_OTHER_HOLDERS: Final = frozenset(
    (
        *("mark", "index", "oracle", "fair", "theo", "theoretical", "settle", "settlement", "estimated", "indicative"),
        *("est", "impact", "reference", "ref", "trigger", "stop", "strike", "target", "entry", "liquidation", "nav"),
        *("prev", "previous", "open", "opening", "high", "low", "highest", "lowest", "underlying", "mid", "vwap"),
        *("avg", "average", "weighted", "funding", "premium", "limit", "limits", "band", "bands", "greeks", "auction"),
    )
)
_SCALED: Final = re.compile(r"(?:_|(?<=[a-z]))[eE][0-9]+$")  # price_e8, priceE4: an integer to be divided
_SPAN: Final = frozenset({"h", "hr", "hrs", "hour", "hours", "d", "day", "m", "rolling", "utc"})

# Names of fields that distinguish kinds of messages.
KIND_NAMES: Final = (
    *("type", "event", "e", "ev", "T", "channel", "topic", "messageType", "msgType", "kind", "op", "t", "ch", "c"),
    *("stream", "table", "feed", "method", "subject", "action", "subscription", "sub", "dataType", "data_type"),
    *("message_type", "msg_type", "event_type", "eventType", "cmd", "mt", "msg", "update_type", "what"),
)

# Lists with these names are levels of an order book.
BOOK_NAMES: Final = frozenset(
    {
        "bids",
        "asks",
        "buys",
        "sells",
        "offers",
        "levels",
        "changes",
        "orderbook",
        "order_book",
        "book",
        "depth",
        "ladder",
    }
)

BOOK_SIDES: Final = frozenset({"a", "b", "as", "bs", "ask", "bid"})  # if they are lists

_LONG_SPAN: Final = re.compile(r"(?:7|30|52|90|365)_?(?:d|w|y)")  # such statistics are not those of the day
_FORMER: Final = re.compile(r"(?i)price_?[0-9]+_?(?:h|hr|hrs|hours?|d|days?)\Z")  # price_24h: the price 24 hours ago
_WORDS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_PATH: Final = re.compile(r'"[^"]*"|\[[0-9]+\]|[^.\[\]"]+')
_TRUST: Final = {
    role: {name: trust for trust, names in by_trust.items() for name in names.split()}
    for role, by_trust in _NAMES.items()
}
_NAMELESS_TIME: Final = 0.6  # a value that is a plausible time is rarely anything else


@lru_cache(maxsize=4096)
def likely_roles(path: str) -> tuple[str, ...]:
    """Return the roles that the last names of a path fit."""
    return tuple(role for role in ROLES if role_score(role, path) > 0)


@lru_cache(maxsize=4096)
def role_score(role: str, path: str) -> float:
    """Return how well the last names of a path fit a role, from 0 to 1."""
    steps = [step.strip('"') for step in _PATH.findall(path.removeprefix("$."))]
    if steps and steps[-1].startswith("["):
        index = steps.pop()
        if not steps:
            return _NAMELESS_TIME if role == "time" else 0.0
        if index != "[0]":  # the first element of a list named "bid" is the bid; the others are unknown
            return 0.0
    if not steps:
        return 0.0
    alone = _name_score(role, steps[-1])
    if len(steps) == 1 or steps[-2].startswith("["):
        return alone
    if max(_name_score("bid", steps[-2]), _name_score("ask", steps[-2])) > 0:
        alone *= 0.8  # the price in a bid is not the last price
    if role in _MARKET_ROLES and any(_OTHER_HOLDERS & _words_of(step) for step in steps[:-1]):
        alone = 0.0
    return max(alone, _name_score(role, f"{steps[-2]}_{steps[-1]}"))


def _name_score(role: str, name: str) -> float:
    known = _TRUST[role]
    if len(name) == 1:
        return known.get(name, 0.0)
    if _SCALED.search(name) or (role == "price" and _FORMER.search(name)):
        return 0.0
    words = [word.lower() for word in _WORDS.findall(name)]
    words = [word for word in words if not word.isdecimal()]
    whole = [word for word in words if word not in _SPAN] or words
    if "".join(whole) in known and not _LONG_SPAN.search(name.lower()):
        return known["".join(whole)]
    if "".join(words) in known:
        return known["".join(words)]
    if _has_other_meaning(words, name) or (role in _MARKET_ROLES and _NOT_OF_A_TRADE & set(words)):
        return 0.0
    parts = ("".join(whole[i:j]) for i in range(len(whole)) for j in range(i + 1, len(whole) + 1))
    return max((0.8 * known[part] for part in parts if len(part) > 2 and part in known), default=0.0)


@lru_cache(maxsize=4096)
def is_opaque(path: str) -> bool:
    """Return whether the last name of a path has no known meaning: an index in a row, or an unknown word."""
    steps = [step.strip('"') for step in _PATH.findall(path.removeprefix("$."))]
    name = steps[-1] if steps else ""
    if not name or name.startswith("["):
        return True
    words = [word.lower() for word in _WORDS.findall(name)]
    is_known = _has_other_meaning(words, name) or bool(_NOT_OF_A_TRADE & set(words)) or bool(_SCALED.search(name))
    return not is_known and not any(_name_score(role, name) > 0 for role in _TRUST)


def _words_of(name: str) -> set[str]:
    return {word.lower() for word in _WORDS.findall(name)}


def _has_other_meaning(words: list[str], name: str) -> bool:
    return bool(_OTHER_MEANINGS & set(words)) or _LONG_SPAN.search(name.lower()) is not None
