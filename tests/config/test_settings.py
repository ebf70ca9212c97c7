from __future__ import annotations

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from websockets.datastructures import Headers

from ticker_gui.config.settings import Feed, Settings, check_url, parse_symbols, shown_url, split_symbols, validated
from ticker_gui.domain.errors import SettingsError


@pytest.mark.parametrize("text", ["A,B,C", "A B C", " A, B;C ", "A\nB\tC", "A,B,C,A"])
def test_lists_take_commas_and_spaces(text: str) -> None:
    assert split_symbols(text) == ("A", "B", "C")


@pytest.mark.parametrize("text", ["", " , ", "<img>", "=cmd()", "A" * 65, "^", "/", 'A"B', "A<B", "a\u202eb", "-A"])
def test_an_invalid_symbol_is_an_error(text: str) -> None:
    with pytest.raises(SettingsError, match=r"symbol"):
        split_symbols(text)


@pytest.mark.parametrize(
    "symbol",
    ["M&M.NS", "ES1!", "/ES", "$SPX", "@107", "币安人生USDT", "^GSPC", "EURUSD=X", "BRK.B", "tBTC:UST", "BTC/USDT:USDT", "AMpB",
     "BTC-26DEC25-100000-C", "XRP_USDC-30JUN23-0d625-C", "X:BTCUSD", "RY:TSX", "1INCH-USD", ".DJI", "BF.B+"],
)  # fmt: skip
def test_symbols_of_all_venues_are_valid(symbol: str) -> None:
    assert split_symbols(f"A,{symbol}") == ("A", symbol)


def test_valid_and_invalid_symbols_are_separated_each_once_and_in_order() -> None:
    assert parse_symbols("AAPL, MSFT; TSLA\nAAPL ^GSPC <img> EURUSD=X -A <img>\r\nBRK.B") == (
        ["AAPL", "MSFT", "TSLA", "^GSPC", "EURUSD=X", "BRK.B"],
        ["<img>", "-A"],
    )
    assert parse_symbols(" ,;\n\t ") == ([], [])


@given(st.text(max_size=60))
def test_any_text_is_split_into_valid_and_invalid_symbols(text: str) -> None:
    symbols, refused = parse_symbols(text)
    assert len({*symbols, *refused}) == len(symbols) + len(refused)
    assert parse_symbols(" ".join(symbols)) == (symbols, [])
    assert parse_symbols("\n".join(refused)) == ([], refused)
    assert all(part in text for part in (*symbols, *refused))


@given(st.text(max_size=20))
def test_any_text_is_a_list_of_symbols_or_an_error(text: str) -> None:
    try:
        symbols = split_symbols(text)
    except SettingsError:
        return
    assert symbols
    assert all(
        len(symbol) <= 64 and symbol.isprintable() and not set(symbol) & set("<>\"'`,;\\%?#{}[]()|")
        for symbol in symbols
    )


@pytest.mark.parametrize(
    "url", ["ws://127.0.0.1:9000", "wss://host/path?token=x", "ws://[::1]:80/a", "wss://h.example."]
)
def test_websocket_urls_are_valid(url: str) -> None:
    check_url(url)


@pytest.mark.parametrize(
    "url",
    ["", "host", "http://host", "wss://", "wss:///path", "ws://host:port", "ws://host:70000", "ws://[::1", "wss://a b"],
)
def test_other_urls_are_errors(url: str) -> None:
    with pytest.raises(SettingsError, match="WebSocket"):
        check_url(url)


@pytest.mark.parametrize("url", ["wss://desk/#part", "wss://desk/?key=a#b", "wss://desk#"])
def test_a_url_with_a_fragment_is_explained(url: str) -> None:
    with pytest.raises(SettingsError, match="The URL contains #"):
        check_url(url)


def test_a_displayed_url_contains_no_key() -> None:
    assert shown_url("wss://user:pass@host:8443/path?token=s3cret#x") == "wss://host:8443/path"
    assert shown_url("ws://[::1]:80/") == "ws://[::1]:80/"


@pytest.mark.parametrize("name", ["a\nb", "\0", "\x1b[31mred", "\u202eabc", "\u2028", " ", "n" * 65])
def test_the_name_of_a_feed_is_one_short_line(name: str) -> None:
    with pytest.raises(SettingsError, match="The name of a feed must be one line of at most 64 characters"):
        validated(Feed("wss://h", ("A",), name))


@pytest.mark.parametrize("name", ["n" * 64, "Börse 東京", "👩‍💻", "a:b & <c>"])
def test_the_name_of_a_feed_may_be_any_visible_text(name: str) -> None:
    assert validated(Feed("wss://h", ("A",), name)).name == name


def test_the_name_of_a_long_host_is_cut() -> None:
    assert validated(Feed(f"wss://{'h' * 100}", ("A",))).name == "h" * 64


def test_settings_are_frozen() -> None:
    with pytest.raises(AttributeError):
        Settings().theme = "dark"  # type: ignore[misc]
    assert msgspec.structs.replace(Settings(), theme="dark").theme == "dark"


@given(st.text(max_size=10), st.text(max_size=10))
@example("X-Key", "a\r\nX-Other: b")
@example("Xé", "a")
@example("", "a")
@example("X-Key", "prix en €")
def test_invalid_headers_are_errors_that_name_them(name: str, value: str) -> None:
    feed = Feed("wss://h", ("A",), "desk", "demo", headers={name: value})
    refusal = ""
    try:
        validated(feed)
    except SettingsError as error:
        refusal = str(error)
    if refusal:
        assert refusal.startswith("headers: ")
    else:
        assert Headers({name: value}).serialize().splitlines() == [f"{name}: {value}".encode("latin-1"), b""]
        assert name.strip() == name != ""


@pytest.mark.parametrize(
    "url",
    [
        "https://mirror.test",
        "https://mirror.test:8443/",
        "http://127.0.0.1:80",
        "http://localhost:8080",
        "http://[::1]:1",
        "",
    ],
)
def test_past_data_may_come_from_another_host(url: str) -> None:
    feed = Feed("wss://ws-feed.exchange.coinbase.com", ("A",), history_url=url)
    assert validated(feed).history_url == url


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://mirror.test", "begin with https://"),
        ("http://127.0.0.1.evil.test", "begin with https://"),
        ("http://localhost@evil.test", "a scheme and a host only"),
        ("https://user:s3cret@mirror.test", "a scheme and a host only"),
        ("https://mirror.test/path", "a scheme and a host only"),
        ("https://mirror.test?token=s3cret", "a scheme and a host only"),
        ("https://mirror.test#s3cret", "a scheme and a host only"),
        ("wss://mirror.test", "a scheme and a host only"),
        ("mirror.test", "a scheme and a host only"),
        ("https://", "a scheme and a host only"),
        ("https://[", "a scheme and a host only"),
        ("https://mirror.test:0", "a scheme and a host only"),
        ("https://mirror.test:99999", "a scheme and a host only"),
        ("https://mir ror.test", "a scheme and a host only"),
    ],
)
def test_past_data_are_requested_over_https_or_on_this_computer(url: str, reason: str) -> None:
    with pytest.raises(SettingsError, match=reason) as error:
        validated(Feed("wss://ws-feed.exchange.coinbase.com", ("A",), name="x", history_url=url))
    assert "s3cret" not in str(error.value)


def test_all_symbols_can_be_asked_for_only_where_the_server_announces_them() -> None:
    desk = Feed("ws://127.0.0.1:1", ("*", "A"), provider="nats")
    assert validated(desk).symbols == ("*", "A")
    with pytest.raises(SettingsError, match="needs the provider nats"):
        validated(Feed("ws://127.0.0.1:1", ("*",), provider="demo"))
    with pytest.raises(SettingsError, match="needs the provider nats"):
        split_symbols("*")
    with pytest.raises(SettingsError, match="not a valid symbol"):
        validated(Feed("ws://127.0.0.1:1", ("**",), provider="nats"))


@pytest.mark.parametrize(
    "proxy", ["system", "none", "http://host:3128", "https://user:pass@host", "socks5h://[::1]:1080"]
)
def test_a_proxy_is_that_of_the_system_none_or_a_url(proxy: str) -> None:
    assert validated(Feed("wss://desk.example", ("A",), "desk", "guess", proxy=proxy)).proxy == proxy


@pytest.mark.parametrize(
    "proxy",
    ["", "host:3128", "ftp://host", "http://", "http://[", "http://s3cret@[", "http://host:x", "http://host:99999"],
)
def test_an_impossible_proxy_is_an_error_that_does_not_repeat_it(proxy: str) -> None:
    with pytest.raises(SettingsError) as raised:
        validated(Feed("wss://desk.example", ("A",), "desk", "guess", proxy=proxy))
    assert raised.value.for_user == "The proxy of desk must be system, none or a URL such as http://host:port."


def test_a_feed_is_delayed_if_its_url_says_so() -> None:
    for url, is_delayed in (
        ("wss://delayed.massive.com/stocks", True),
        ("wss://stream.data.alpaca.markets/v2/delayed_sip", True),
        ("wss://socket.massive.com/stocks?note=delayed", False),
    ):
        assert Feed(url, ("A",)).is_delayed is is_delayed
