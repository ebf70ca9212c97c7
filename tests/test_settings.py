from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.domain.errors import SettingsError
from ticker_gui.settings import (
    Arguments,
    Feed,
    Settings,
    check_url,
    config_folder,
    load,
    read_file,
    shown_url,
    split_symbols,
)

COINBASE = "wss://ws-feed.exchange.coinbase.com"
EXAMPLE = """
theme = "light"
[[feeds]]
name = "stocks"
url = "wss://ws.finnhub.io"
symbols = ["AAPL", "MSFT"]
key_env = "FINNHUB_KEY"
[[feeds]]
name = "desk"
url = "ws://10.0.0.5:9000/ticks"
provider = "demo"
symbols = ["EURUSD"]
[limits]
trades = 500
"""


def written(folder: Path, text: str) -> str:
    file = folder / "settings.toml"
    file.write_text(text)
    return str(file)


def test_nothing_written_is_the_defaults() -> None:
    settings = load(Arguments(), {})
    assert settings == Settings()
    assert settings.limits.symbols == 4096


def test_a_file_says_it_all(tmp_path: Path) -> None:
    settings = load(Arguments(config=written(tmp_path, EXAMPLE)), {})
    assert settings.theme == "light"
    assert settings.limits.trades == 500
    assert settings.feeds == (
        Feed("wss://ws.finnhub.io", ("AAPL", "MSFT"), "stocks", "finnhub", "FINNHUB_KEY"),
        Feed("ws://10.0.0.5:9000/ticks", ("EURUSD",), "desk", "demo"),
    )


def test_the_usual_file_is_in_the_platforms_folder() -> None:
    config_folder().mkdir(parents=True)
    (config_folder() / "config.toml").write_text('theme = "dark"')
    assert load(Arguments(), {}).theme == "dark"


def test_arguments_go_before_environment_before_file(tmp_path: Path) -> None:
    config = written(tmp_path, EXAMPLE)
    environment = {"TICKER_GUI_THEME": "dark", "TICKER_GUI_CONFIG": config, "TICKER_GUI_FEED": "desk"}
    assert load(Arguments(), environment).theme == "dark"
    assert load(Arguments(theme="system"), environment).theme == "system"
    assert [feed.name for feed in load(Arguments(), environment).feeds] == ["desk"]
    assert [feed.name for feed in load(Arguments(feed="stocks"), environment).feeds] == ["stocks"]
    (feed,) = load(Arguments(symbols="GBPUSD", feed="desk"), environment).feeds
    assert feed.symbols == ("GBPUSD",)


def test_a_url_on_the_command_line_is_the_only_feed(tmp_path: Path) -> None:
    arguments = Arguments(url=COINBASE, symbols="btc-usd, ETH-USD", config=written(tmp_path, EXAMPLE))
    (feed,) = load(arguments, {}).feeds
    assert (feed.name, feed.provider, feed.symbols) == ("coinbase", "coinbase", ("btc-usd", "ETH-USD"))
    assert feed.key_env == "TICKER_GUI_KEY"
    (named,) = load(Arguments(url="ws://127.0.0.1:9", symbols="A", provider="demo", feed="desk"), {}).feeds
    assert (named.name, named.provider) == ("desk", "demo")


def test_symbols_alone_are_for_the_built_in_market() -> None:
    (feed,) = load(Arguments(symbols="FOO BAR"), {}).feeds
    assert feed.is_built_in
    assert feed.symbols == ("FOO", "BAR")


@pytest.mark.parametrize("text", ["A,B,C", "A B C", " A, B;C ", "A\nB\tC", "A,B,C,A"])
def test_lists_take_commas_and_spaces(text: str) -> None:
    assert split_symbols(text) == ("A", "B", "C")


@pytest.mark.parametrize("text", ["", " , ", "<img>", "=cmd()", "A" * 40, "a\u202eb", "-A"])
def test_what_cannot_be_a_symbol_is_said_so(text: str) -> None:
    with pytest.raises(SettingsError, match=r"symbol"):
        split_symbols(text)


@given(st.text(max_size=20))
def test_any_text_is_symbols_or_a_sentence(text: str) -> None:
    try:
        symbols = split_symbols(text)
    except SettingsError:
        return
    assert symbols
    assert all(symbol.isascii() and len(symbol) <= 32 for symbol in symbols)


@pytest.mark.parametrize(
    "url", ["ws://127.0.0.1:9000", "wss://host/path?token=x", "ws://[::1]:80/a", "wss://h.example."]
)
def test_addresses_of_websockets(url: str) -> None:
    check_url(url)


@pytest.mark.parametrize(
    "url",
    ["", "host", "http://host", "wss://", "wss:///path", "ws://host:port", "ws://host:70000", "ws://[::1", "wss://a b"],
)
def test_other_addresses_are_said_to_be_none(url: str) -> None:
    with pytest.raises(SettingsError, match="WebSocket"):
        check_url(url)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('thema = "dark"', ["thema", "theme"]),
        ('theme = "pink"', ["theme", "pink"]),
        ("[[feeds]]\nurl = 5", ["feeds[0].url", "str"]),
        ('[[feeds]]\nurl = "wss://ws.finnhub.io"\nsymbls = ["A"]', ["feeds[0].symbls", "symbols"]),
        ("theme = ", ["end of document"]),
        ('theme = "dark"\nurl wss', ["line 2"]),
        ("[limits]\ntrades = 1", ["limits.trades"]),
        ("[limits]\ntrade = 1", ["limits.trade", "trades"]),
        ('[[feeds]]\nurl = "wss://ws.finnhub.io"\nsymbols = []', ["feeds[0]", "symbol"]),
        ('[[feeds]]\nurl = "http://x"\nprovider = "demo"\nsymbols = ["A"]', ["URL"]),
        ('[[feeds]]\nurl = "ws://h"\nprovider = "mapped"\nsymbols = ["A"]', ["feeds[0]", "[feeds.mapping]"]),
        ('[[feeds]]\nurl = "ws://h"\nsymbols = ["A"]\n[feeds.mapping]\nprice = "a["', ["price", "a["]),
        ('[[feeds]]\nurl = "ws://h"\nsymbols = ["A"]\n[feeds.mapping]\nprize = "p"', ["prize", "price"]),
        ('[[feeds]]\nurl = "ws://h"\nprovider = "binanc"\nsymbols = ["A"]', ["binanc", "binance"]),
        ('[[feeds]]\nprovider = "demo"\n[[feeds]]\nprovider = "demo"', ["demo", "name"]),
    ],
)
def test_what_is_wrong_names_the_place_and_the_remedy(tmp_path: Path, text: str, words: list[str]) -> None:
    with pytest.raises(SettingsError) as error:
        load(Arguments(config=written(tmp_path, text)), {})
    assert "settings.toml" in error.value.for_user
    for word in words:
        assert word in error.value.for_user


@pytest.mark.parametrize(
    ("mapping", "provider"),
    [
        ("", "guess"),
        ("[feeds.mapping]\nsubscribe = 'sub $SYMBOL'", "guess"),
        ("[feeds.mapping]\nprice = 'p'", "mapped"),
        ("[feeds.mapping]\nbid = 'b'\nask = 'a'", "mapped"),
    ],
)
def test_a_feed_of_nobody_known_is_mapped_or_guessed(tmp_path: Path, mapping: str, provider: str) -> None:
    text = f'[[feeds]]\nurl = "wss://nobody.example"\nsymbols = ["A"]\n{mapping}'
    (feed,) = load(Arguments(config=written(tmp_path, text)), {}).feeds
    assert feed.provider == feed.name == provider
    assert load(Arguments(url="wss://nobody.example", symbols="A"), {}).feeds[0].provider == "guess"


@pytest.mark.parametrize(
    "arguments",
    [
        Arguments(config="/nowhere/at/all.toml"),
        Arguments(feed="nope"),
        Arguments(provider="nope"),
        Arguments(provider="coinbase"),
        Arguments(theme="pink"),
        Arguments(url=COINBASE),
        Arguments(url="wss://nobody.example", symbols="A", provider="nope"),
    ],
)
def test_arguments_that_cannot_be_used_are_one_sentence(arguments: Arguments) -> None:
    with pytest.raises(SettingsError) as error:
        load(arguments, {})
    assert "\n" not in error.value.for_user
    assert error.value.for_user.endswith(".")


def test_symbols_for_several_feeds_need_one_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="--feed"):
        load(Arguments(symbols="A", config=written(tmp_path, EXAMPLE)), {})


def test_a_huge_or_binary_file_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_bytes(b"#" * (2 << 20))
    with pytest.raises(SettingsError, match="mebibyte"):
        read_file(file)
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match="cannot be read"):
        read_file(file)


def test_a_url_is_shown_without_what_may_be_a_key() -> None:
    assert shown_url("wss://user:pass@host:8443/path?token=s3cret#x") == "wss://host:8443/path"
    assert shown_url("ws://[::1]:80/") == "ws://[::1]:80/"


def test_settings_are_frozen() -> None:
    with pytest.raises(AttributeError):
        Settings().theme = "dark"  # type: ignore[misc]
    assert msgspec.structs.replace(Settings(), theme="dark").theme == "dark"
