from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from ticker_gui.config.loading import (
    Arguments,
    archive_path,
    config_folder,
    load,
    names_symbols,
    overrides,
    read_file,
    settings_path,
    state_folder,
)
from ticker_gui.config.settings import Feed, Settings
from ticker_gui.domain.errors import SettingsError

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


def read(arguments: Arguments, environment: Mapping[str, str]) -> Settings:
    messages: list[str] = []
    settings = load(arguments, environment, messages.append)
    assert not messages
    return settings


def written(folder: Path, text: str) -> str:
    file = folder / "settings.toml"
    file.write_text(text)
    return str(file)


def test_without_a_file_the_defaults_apply() -> None:
    settings = read(Arguments(), {})
    assert settings == Settings()
    assert settings.limits.symbols == 4096


def test_a_file_can_contain_all_settings(tmp_path: Path) -> None:
    settings = read(Arguments(config=written(tmp_path, EXAMPLE)), {})
    assert settings.theme == "light"
    assert settings.limits.trades == 500
    assert settings.feeds == (
        Feed("wss://ws.finnhub.io", ("AAPL", "MSFT"), "stocks", "finnhub", "FINNHUB_KEY"),
        Feed("ws://10.0.0.5:9000/ticks", ("EURUSD",), "desk", "demo"),
    )


def test_the_default_file_is_in_the_platforms_folder() -> None:
    config_folder().mkdir(parents=True)
    (config_folder() / "config.toml").write_text('theme = "dark"')
    assert read(Arguments(), {}).theme == "dark"


def test_arguments_go_before_environment_before_file(tmp_path: Path) -> None:
    config = written(tmp_path, EXAMPLE)
    environment = {"TICKER_GUI_THEME": "dark", "TICKER_GUI_CONFIG": config, "TICKER_GUI_FEED": "desk"}
    assert read(Arguments(), environment).theme == "dark"
    assert read(Arguments(theme="system"), environment).theme == "system"
    assert [feed.name for feed in read(Arguments(), environment).feeds] == ["desk"]
    assert [feed.name for feed in read(Arguments(feed="stocks"), environment).feeds] == ["stocks"]
    (feed,) = read(Arguments(symbols="GBPUSD", feed="desk"), environment).feeds
    assert feed.symbols == ("GBPUSD",)


def test_a_url_on_the_command_line_is_the_only_feed(tmp_path: Path) -> None:
    arguments = Arguments(url=COINBASE, symbols="btc-usd, ETH-USD", config=written(tmp_path, EXAMPLE))
    (feed,) = read(arguments, {}).feeds
    assert (feed.name, feed.provider, feed.symbols) == ("coinbase", "coinbase", ("btc-usd", "ETH-USD"))
    assert feed.key_env == "TICKER_GUI_KEY"
    (named,) = read(Arguments(url="ws://127.0.0.1:9", symbols="A", provider="demo", feed="desk"), {}).feeds
    assert (named.name, named.provider) == ("desk", "demo")


def test_symbols_alone_are_for_the_built_in_market() -> None:
    (feed,) = read(Arguments(symbols="FOO BAR"), {}).feeds
    assert feed.is_built_in
    assert feed.symbols == ("FOO", "BAR")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('thema = "dark"', ["thema", "theme"]),
        ('theme = "pink"', ['theme must be system, dark or light, not "pink"']),
        ("[[feeds]]\nurl = 5", ["feeds[0].url", "expected text, got a whole number"]),
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
def test_an_invalid_setting_is_reported_with_its_key_and_advice(tmp_path: Path, text: str, words: list[str]) -> None:
    with pytest.raises(SettingsError) as error:
        read(Arguments(config=written(tmp_path, text)), {})
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
def test_a_feed_of_an_unknown_host_is_mapped_or_detected(tmp_path: Path, mapping: str, provider: str) -> None:
    text = f'[[feeds]]\nurl = "wss://nobody.example"\nsymbols = ["A"]\n{mapping}'
    (feed,) = read(Arguments(config=written(tmp_path, text)), {}).feeds
    assert feed.provider == provider
    assert feed.name == "nobody"
    assert read(Arguments(url="wss://nobody.example", symbols="A"), {}).feeds[0].provider == "guess"


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("wss://stream.example.com/x?key=secret", "example"),
        ("wss://stream.example.co.uk/x", "example"),
        ("wss://co.uk", "co"),
        ("wss://www.example.com", "example"),
        ("ws://localhost:9000/ticks", "localhost"),
        ("ws://10.0.0.5:9000", "10.0.0.5"),
        ("ws://[::1]:9000", "feed"),
        ("wss://ws-feed.exchange.coinbase.com", "coinbase"),
    ],
)
def test_a_feed_without_a_name_is_named_by_its_provider_or_else_by_its_host(url: str, name: str) -> None:
    (feed,) = read(Arguments(url=url, symbols="A"), {}).feeds
    assert feed.name == name


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
        read(arguments, {})
    assert "\n" not in error.value.for_user
    assert error.value.for_user.endswith(".")


def test_an_unknown_feed_is_an_error_that_lists_the_feeds(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r'contains no feed "stock"\. Choose one of: stocks, desk\.'):
        read(Arguments(feed="stock", config=written(tmp_path, EXAMPLE)), {})
    with pytest.raises(SettingsError, match=r'contains no feed "stock"\. Connect a feed in the window'):
        read(Arguments(feed="stock"), {})


def test_symbols_for_several_feeds_need_one_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="--feed"):
        read(Arguments(symbols="A", config=written(tmp_path, EXAMPLE)), {})


def test_a_huge_or_binary_file_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_bytes(b"#" * (2 << 20))
    with pytest.raises(SettingsError, match="larger than 1 MB"):
        read_file(file, print)
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match="could not be read"):
        read_file(file, print)


@pytest.mark.parametrize(
    "content", [b"\xff\xfe\x00", b"theme = 'dark'\0", b"#" * (2 << 20)], ids=["binary", "zeros", "huge"]
)
def test_the_default_file_is_renamed_with_one_notice_if_it_is_not_text(content: bytes) -> None:
    file = config_folder() / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_bytes(content)
    messages: list[str] = []
    with pytest.raises(SettingsError, match="could not be read"):
        load(Arguments(), {}, messages.append)
    assert file.exists()
    assert load(Arguments(), {}, messages.append, defaults_if_broken=True) == Settings()
    assert len(messages) == 1
    assert "was renamed to config.toml.bad" in messages[0]
    assert (file.parent / "config.toml.bad").read_bytes() == content
    assert read(Arguments(), {}) == Settings()


def test_an_invalid_default_file_does_not_move() -> None:
    file = config_folder() / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text("theme = ")
    with pytest.raises(SettingsError):
        read(Arguments(), {})
    assert file.exists()


@pytest.mark.parametrize(
    "content",
    [b"theme = ", b"theme = 'blak'", b"[[feeds]]\nurl = 'http://x'", b"flash = " + b"9" * 5_000, b"a = " + b"[" * 100_000, b".".join([b"a"] * 100_000) + b" = 1", b'"a" . ' * 90_000 + b"a = 1",
     b"theme = 'dark'\ntheme = 'dark'", b"[limits]\nsymbols = " + b"9" * 300, b'[[feeds]]\ncafile = "C:\\Users"'],
    ids=range(10),
)  # fmt: skip
def test_a_broken_file_leads_to_defaults_and_one_notice_and_does_not_change(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "settings.toml"
    file.write_bytes(content)
    with pytest.raises(SettingsError) as error:
        read_file(file, pytest.fail)
    assert "\n" not in error.value.for_user
    messages: list[str] = []
    assert read_file(file, messages.append, defaults_if_broken=True) == Settings()
    assert len(messages) == 1
    assert "settings.toml" in messages[0]
    assert "Reload settings" in messages[0]
    assert file.read_bytes() == content


@pytest.mark.parametrize(
    "wrong",
    [
        "theme = 'drak'",
        "them = 1",
        "'a.b' = 1",
        "limits.trades = 1",
        "limits.trade = 600",
        "palette = 3\nflash = 'x'",
        "limits = 5",
    ],
)
def test_a_wrong_setting_costs_only_itself(tmp_path: Path, wrong: str) -> None:
    file = Path(written(tmp_path, f"{wrong}\n[[feeds]]\nprovider = 'demo'\nname = 'mine'\n"))
    messages: list[str] = []
    settings = read_file(file, messages.append, defaults_if_broken=True)
    assert [feed.name for feed in settings.feeds] == ["mine"]
    assert (settings.theme, settings.limits) == ("system", Settings().limits)
    assert len(messages) == 1


def test_a_wrong_feed_costs_the_feeds_and_not_the_rest(tmp_path: Path) -> None:
    text = "theme = 'light'\n[[feeds]]\nprovider = 'demo'\n[[feeds]]\nurl = 'http://x'\nsymbols = ['A']\n"
    messages: list[str] = []
    assert read_file(Path(written(tmp_path, text)), messages.append, defaults_if_broken=True) == Settings(theme="light")
    assert "feeds[1] (line 4)" in messages[0]


def test_a_windows_path_in_double_quotes_is_explained(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="single quotes"):
        read_file(Path(written(tmp_path, '[[feeds]]\ncafile = "C:\\Users"')), print)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
@pytest.mark.parametrize("kind", ["fifo", "device"])
def test_settings_in_a_special_file_do_not_block_the_start(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "settings.toml"
    if kind == "fifo":
        os.mkfifo(file)
    else:
        file.symlink_to("/dev/zero")
    with pytest.raises(SettingsError, match="not a regular file"):
        read_file(file, print)


@pytest.mark.parametrize(
    ("arguments", "environment", "is_so"),
    [
        (Arguments(), {}, False),
        (Arguments(feed="desk", theme="dark", config="x.toml"), {}, False),
        (Arguments(url=COINBASE, symbols="A"), {}, True),
        (Arguments(symbols="A"), {}, True),
        (Arguments(), {"TICKER_GUI_SYMBOLS": "A"}, True),
        (Arguments(), {"TICKER_GUI_URL": COINBASE}, True),
        (Arguments(), {"TICKER_GUI_SYMBOLS": "", "TICKER_GUI_THEME": "dark"}, False),
    ],
)
def test_symbols_of_the_command_line_or_environment_are_distinguished_from_those_of_the_file(
    arguments: Arguments, environment: Mapping[str, str], is_so: bool
) -> None:
    assert names_symbols(arguments, environment) is is_so


def test_a_disabled_feed_that_is_named_on_the_command_line_is_enabled(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text('[[feeds]]\nname = "desk"\nurl = "ws://desk"\nsymbols = ["A"]\ndisabled = true\n')
    (saved,) = read(Arguments(config=str(file)), {}).feeds
    (named,) = read(Arguments(config=str(file), feed="desk"), {}).feeds
    assert (saved.disabled, named.disabled) == (True, False)


def test_the_settings_file_comes_from_the_argument_the_environment_or_the_default() -> None:
    assert settings_path(Arguments(config="a.toml"), {"TICKER_GUI_CONFIG": "b.toml"}) == Path("a.toml")
    assert settings_path(Arguments(), {"TICKER_GUI_CONFIG": "b.toml"}) == Path("b.toml")
    assert settings_path(Arguments(), {}) == config_folder() / "config.toml"


@pytest.mark.parametrize(
    ("arguments", "environment", "expected"),
    [
        (Arguments(), {}, {}),
        (Arguments(config="a.toml"), {"TICKER_GUI_KEY": "x", "TICKER_GUI_THEME": ""}, {}),
        (Arguments(theme="dark"), {"TICKER_GUI_THEME": "light"}, {"theme": "--theme"}),
        (Arguments(), {"TICKER_GUI_THEME": "light", "TICKER_GUI_FEED": "desk"}, {"theme": "TICKER_GUI_THEME", "feeds": "TICKER_GUI_FEED"}),
        (Arguments(url=COINBASE, symbols="A"), {}, {"feeds": "--url"}),
        (Arguments(symbols="A"), {"TICKER_GUI_PROVIDER": "demo"}, {"feeds": "--symbols"}),
    ],
)  # fmt: skip
def test_arguments_and_variables_that_take_precedence_over_the_file_are_named(
    arguments: Arguments, environment: Mapping[str, str], expected: Mapping[str, str]
) -> None:
    assert overrides(arguments, environment) == expected


def test_each_settings_file_has_its_own_stored_data_in_the_folder_for_data(tmp_path: Path) -> None:
    usual, other = archive_path(Arguments(), {}), archive_path(Arguments(config=str(tmp_path / "desk.toml")), {})
    assert usual.name == other.name == "market-data.sqlite3"
    assert other.parent.parent == usual.parent
    assert usual.parent.name == "ticker-gui"


def test_each_settings_file_has_a_state_folder_of_its_own(tmp_path: Path) -> None:
    default = config_folder()
    assert state_folder(Arguments(), {}) == default
    assert state_folder(Arguments(config=str(default / "config.toml")), {}) == default
    (tmp_path / "link.toml").symlink_to(tmp_path / "desk.toml")
    files = [tmp_path / "desk.toml", tmp_path / "home.toml", tmp_path / "other" / "desk.toml"]
    folders = [state_folder(Arguments(), {"TICKER_GUI_CONFIG": str(file)}) for file in files]
    assert len({default, *folders}) == 4
    assert {folder.parent for folder in folders} == {default}
    assert folders[0].name.startswith("desk-")
    assert state_folder(Arguments(config=str(tmp_path / "link.toml")), {}) == folders[0]
