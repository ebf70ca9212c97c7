"""Time zones of stock exchanges, by suffix or name. Data only.

Suffixes of Yahoo Finance (help.yahoo.com, SLN2310, "Exchanges and data providers"), which Finnhub and EODHD
share in part; names of exchanges as used by Twelve Data and TradingView.
"""

from __future__ import annotations

from typing import Final

SUFFIX_ZONES: Final = {
    "US": "America/New_York",  # EODHD
    **dict.fromkeys(("TO", "V", "NE", "CN", "NEO"), "America/Toronto"),
    "MX": "America/Mexico_City",
    "SA": "America/Sao_Paulo",
    "BA": "America/Argentina/Buenos_Aires",
    "SN": "America/Santiago",
    "CL": "America/Bogota",
    "LM": "America/Lima",
    "CR": "America/Caracas",
    **dict.fromkeys(("L", "IL", "XC", "AQ", "LSE"), "Europe/London"),
    **dict.fromkeys(("DE", "F", "BE", "BM", "DU", "HM", "HA", "MU", "SG", "XD", "DX", "XETRA", "STU"), "Europe/Berlin"),
    **dict.fromkeys(("PA", "NX"), "Europe/Paris"),
    "AS": "Europe/Amsterdam",
    "BR": "Europe/Brussels",
    "LS": "Europe/Lisbon",
    "IR": "Europe/Dublin",
    **dict.fromkeys(("MI", "TI"), "Europe/Rome"),
    "MC": "Europe/Madrid",
    "SW": "Europe/Zurich",
    "VI": "Europe/Vienna",
    "ST": "Europe/Stockholm",
    "OL": "Europe/Oslo",
    "CO": "Europe/Copenhagen",
    "HE": "Europe/Helsinki",
    "IC": "Atlantic/Reykjavik",
    "RG": "Europe/Riga",
    "TL": "Europe/Tallinn",
    "VS": "Europe/Vilnius",
    "WA": "Europe/Warsaw",
    "PR": "Europe/Prague",
    "BD": "Europe/Budapest",
    "RO": "Europe/Bucharest",
    "AT": "Europe/Athens",
    "IS": "Europe/Istanbul",
    "ME": "Europe/Moscow",
    "TA": "Asia/Jerusalem",
    "SR": "Asia/Riyadh",
    "AE": "Asia/Dubai",
    "QA": "Asia/Qatar",
    "KW": "Asia/Kuwait",
    "CA": "Africa/Cairo",
    "JO": "Africa/Johannesburg",
    **dict.fromkeys(("NS", "BO", "NSE", "BSE"), "Asia/Kolkata"),
    "HK": "Asia/Hong_Kong",
    **dict.fromkeys(("SS", "SZ", "SHG", "SHE"), "Asia/Shanghai"),
    **dict.fromkeys(("TW", "TWO"), "Asia/Taipei"),
    **dict.fromkeys(("KS", "KQ"), "Asia/Seoul"),
    "T": "Asia/Tokyo",
    "SI": "Asia/Singapore",
    "KL": "Asia/Kuala_Lumpur",
    "BK": "Asia/Bangkok",
    "JK": "Asia/Jakarta",
    "PS": "Asia/Manila",
    "VN": "Asia/Ho_Chi_Minh",
    **dict.fromkeys(("AX", "XA", "AU"), "Australia/Sydney"),
    "NZ": "Pacific/Auckland",
}

US_EXCHANGES: Final = frozenset(
    ("NASDAQ", "NYSE", "AMEX", "NYSEAMERICAN", "NYSEARCA", "ARCA", "BATS", "CBOE", "IEX", "OTC", "XNAS", "XNYS", "ARCX")
)

EXCHANGE_ZONES: Final = {
    **dict.fromkeys(("TSX", "TSXV", "NEO", "CSE", "XTSE", "XTSX"), "America/Toronto"),
    "BMV": "America/Mexico_City",
    **dict.fromkeys(("BOVESPA", "BMFBOVESPA", "BVMF"), "America/Sao_Paulo"),
    **dict.fromkeys(("LSE", "XLON"), "Europe/London"),
    **dict.fromkeys(("XETR", "XETRA", "FWB", "FSX", "XFRA", "SWB", "MUN", "BER", "DUS", "HAM"), "Europe/Berlin"),
    **dict.fromkeys(("EURONEXT", "XPAR"), "Europe/Paris"),
    **dict.fromkeys(("SIX", "XSWX"), "Europe/Zurich"),
    **dict.fromkeys(("MIL", "MTA", "XMIL"), "Europe/Rome"),
    **dict.fromkeys(("BME", "XMAD"), "Europe/Madrid"),
    **dict.fromkeys(("OMX", "OMXSTO", "XSTO"), "Europe/Stockholm"),
    **dict.fromkeys(("GPW", "XWAR"), "Europe/Warsaw"),
    **dict.fromkeys(("BIST", "XIST"), "Europe/Istanbul"),
    **dict.fromkeys(("NSE", "BSE", "XNSE", "XBOM"), "Asia/Kolkata"),
    **dict.fromkeys(("HKEX", "XHKG"), "Asia/Hong_Kong"),
    **dict.fromkeys(("SSE", "SZSE", "XSHG", "XSHE"), "Asia/Shanghai"),
    **dict.fromkeys(("TSE", "JPX", "XTKS"), "Asia/Tokyo"),
    **dict.fromkeys(("KRX", "KOSDAQ", "XKRX"), "Asia/Seoul"),
    **dict.fromkeys(("SGX", "XSES"), "Asia/Singapore"),
    **dict.fromkeys(("ASX", "XASX"), "Australia/Sydney"),
    **dict.fromkeys(("TADAWUL", "XSAU"), "Asia/Riyadh"),
}

# Indices of Yahoo Finance. The calendars of others are unknown.
INDEX_ZONES: Final = {
    **dict.fromkeys(
        ("^GSPC", "^DJI", "^IXIC", "^NDX", "^RUT", "^NYA", "^XAX", "^OEX", "^SOX", "^DJT", "^DJU", "^TNX", "^TYX"),
        "America/New_York",
    ),
    "^GSPTSE": "America/Toronto",
    "^BVSP": "America/Sao_Paulo",
    "^MXX": "America/Mexico_City",
    "^FTSE": "Europe/London",
    **dict.fromkeys(("^GDAXI", "^MDAXI", "^TECDAX", "^SDAXI", "^STOXX50E", "^STOXX"), "Europe/Berlin"),
    **dict.fromkeys(("^FCHI", "^N100"), "Europe/Paris"),
    "^AEX": "Europe/Amsterdam",
    "^IBEX": "Europe/Madrid",
    "^SSMI": "Europe/Zurich",
    "^ATX": "Europe/Vienna",
    **dict.fromkeys(("^NSEI", "^BSESN", "^NSEBANK"), "Asia/Kolkata"),
    "^HSI": "Asia/Hong_Kong",
    "^N225": "Asia/Tokyo",
    "^KS11": "Asia/Seoul",
    "^TWII": "Asia/Taipei",
    "^STI": "Asia/Singapore",
    **dict.fromkeys(("^AXJO", "^AORD"), "Australia/Sydney"),
    "^NZ50": "Pacific/Auckland",
}

# The minute past the full hour, in UTC, at which exchanges open, by their time zone.
OPENING_MINUTES: Final = {
    **dict.fromkeys(("America/New_York", "America/Toronto", "Asia/Hong_Kong", "Asia/Shanghai"), 30),
    "Asia/Kolkata": 45,
    **dict.fromkeys(
        (
            "Europe/London", "Europe/Berlin", "Europe/Paris", "Europe/Amsterdam", "Europe/Brussels", "Europe/Lisbon",
            "Europe/Madrid", "Europe/Rome", "Europe/Zurich", "Europe/Stockholm", "Europe/Copenhagen",
            "Europe/Helsinki", "Europe/Oslo", "Asia/Tokyo", "Asia/Seoul", "Asia/Taipei", "Asia/Singapore",
            "Australia/Sydney", "America/Sao_Paulo",
        ),
        0,
    ),
}  # fmt: skip
