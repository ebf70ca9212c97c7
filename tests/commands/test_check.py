"""`check` as a process: its output and exit codes."""

from __future__ import annotations

import signal
import subprocess
import sys
from http import HTTPStatus
from pathlib import Path

import msgspec
import pytest
from websockets.asyncio.server import ServerConnection

from tests import programs
from tests.servers import receive_forever, serving
from tests.stream.test_transport import Authority
from ticker_gui.cli import main
from ticker_gui.domain.events import Reply, Trade

CANARY = "can4ry-k3y"


def check(url: str, *arguments: str, symbols: str = "nimb", **changes: str) -> subprocess.CompletedProcess[str]:
    usual = ("--url", url, "--provider", "demo", "--symbols", symbols, "--seconds", "0.5")
    return programs.call("check", *usual, *arguments, **changes)


async def a_market(client: ServerConnection) -> None:
    await client.recv()
    await client.send(msgspec.json.encode(Reply(("NIMB",), ok=True, message="subscribed")).decode())
    await client.send(msgspec.json.encode(Reply(("NOPE",), ok=False, message="not listed")).decode())
    await client.send("nonsense")
    await client.send(msgspec.json.encode(Trade("NIMB", 5.0)).decode())
    await receive_forever(client)


def test_a_working_feed_is_exit_code_0() -> None:
    with serving(a_market) as server:
        result = check(f"{server.url}/?token={CANARY}")
    assert (result.returncode, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert lines[0] == f"demo  {server.url}/"
    assert [line.split()[:2] for line in lines[1:4]] == [["dns", "ok"], ["tcp", "ok"], ["handshake", "ok"]]
    assert "data received for 1 of 1" in result.stdout
    assert "1 of 4 could not be decoded" in result.stdout
    assert CANARY not in result.stdout


def test_a_refused_symbol_is_exit_code_1_and_json_is_one_object() -> None:
    with serving(a_market) as server:
        result = check(server.url, "--json", symbols="nimb,NOPE,MUTE")
    assert (result.returncode, result.stderr) == (1, "")
    (line,) = programs.lines(result.stdout)
    assert line["silent"] == ["MUTE"]
    assert line["refused"] == [{"symbol": "NOPE", "reason": "not listed"}]
    assert [step["ok"] for step in line["steps"]] == [True] * 5
    assert line["rates"]["messages"] == 4
    assert line["bad_frames"][0]["payload"] == "nonsense"


def test_an_unreachable_feed_is_exit_code_1_with_advice() -> None:
    with serving(receive_forever) as server:
        url = server.url
    result = check(url)
    assert (result.returncode, result.stderr) == (1, "")
    assert "tcp           failed" in result.stdout
    assert "refused" in result.stdout


def test_a_forbidden_handshake_is_exit_code_1_and_a_remedy() -> None:
    with serving(
        receive_forever, process_request=lambda client, _: client.respond(HTTPStatus.FORBIDDEN, "no\n")
    ) as server:
        result = check(server.url)
    assert (result.returncode, result.stderr) == (1, "")
    assert "HTTP 403" in result.stdout
    assert "Check the API key" in result.stdout


@pytest.mark.parametrize("is_trusted", [True, False])
def test_the_certificate_is_checked(tmp_path: Path, is_trusted: bool) -> None:
    authority = Authority(tmp_path)
    trust = {"SSL_CERT_FILE": str(authority.file)} if is_trusted else {}
    with serving(a_market, ssl=authority.server) as server:
        result = check(server.url.replace("ws:", "wss:"), **trust)
    assert (result.returncode, result.stderr) == (0 if is_trusted else 1, "")
    assert f"tls           {'ok' if is_trusted else 'failed'}" in result.stdout
    assert ("days left" if is_trusted else "is not trusted") in result.stdout


def test_every_feed_of_a_file_is_checked_at_once(tmp_path: Path) -> None:
    with serving(a_market) as server, serving(receive_forever) as silent:
        config = tmp_path / "config.toml"
        config.write_text(
            f'[[feeds]]\nname = "live"\nurl = "{server.url}"\nprovider = "demo"\nsymbols = ["nimb"]\n'
            f'[[feeds]]\nname = "silent"\nurl = "{silent.url}"\nprovider = "demo"\nsymbols = ["NIMB"]\n'
        )
        result = programs.call("check", "--config", str(config), "--seconds", "0.5", "--json")
    assert (result.returncode, result.stderr) == (1, "")
    assert [(line["feed"], line["silent"]) for line in programs.lines(result.stdout)] == [
        ("live", []), ("silent", ["NIMB"]),
    ]  # fmt: skip


def test_a_key_that_the_server_returns_is_redacted(tmp_path: Path) -> None:
    async def says_it_back(client: ServerConnection) -> None:
        await client.recv()
        await client.send(f'{{"type":"error","msg":"Who is {CANARY}?"}}')
        await client.send(f"not JSON: {CANARY}")
        await client.close(1008, f"bad key {CANARY}")

    settings = tmp_path / "canary.toml"
    loud = (
        "import logging, sys; logging.basicConfig(level=logging.DEBUG); "
        "from ticker_gui.cli import main; code = main(sys.argv[1:]);"
        "print('as JSON', flush=True); sys.exit(code + main([*sys.argv[1:], '--json']))"
    )
    with serving(says_it_back) as server:
        settings.write_text(
            f'[[feeds]]\nurl = "{server.url}/?apikey={CANARY}"\nprovider = "finnhub"\nsymbols = ["AAPL"]\n'
            'key_env = "DESK_KEY"\n'
        )
        result = subprocess.run(
            [
                sys.executable,
                "-X",
                "dev",
                "-c",
                loud,
                "check",
                "--config",
                str(settings),
            ],
            env=programs.environment(DESK_KEY=CANARY),
            capture_output=True,
            text=True,
            timeout=150,
            check=False,
        )
    assert result.returncode == 2
    assert all("Who is •••?" in printed for printed in result.stdout.split("as JSON"))
    assert CANARY not in result.stdout + result.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_check_prints_its_results(number: signal.Signals) -> None:
    async def tell_and_interrupt(client: ServerConnection) -> None:
        await client.recv()
        await client.send(msgspec.json.encode(Trade("NIMB", 5.0)).decode())
        await (await client.ping())  # it has been read
        program.send_signal(number)
        await receive_forever(client)

    with serving(tell_and_interrupt) as server:
        with programs.start("check", "--url", server.url, "--provider", "demo", "--symbols", "NIMB,MUTE") as program:
            output, errors = program.communicate(timeout=150)
    assert (program.returncode, errors) == (130, "")
    assert "first data    ok" in output
    assert "no data       MUTE" in output


def test_a_reader_that_closes_the_pipe_is_not_a_failure() -> None:
    with serving(a_market) as server:
        arguments = ("--url", server.url, "--provider", "demo", "--symbols", "NIMB", "--seconds", "0.5")
        with programs.start("check", *arguments) as program:
            assert program.stdout is not None
            assert program.stderr is not None
            program.stdout.close()
            assert program.wait(150) == 0
            assert program.stderr.read() == ""


def test_a_terminal_shows_how_long_the_check_takes(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(receive_forever) as server:
        url = server.url
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    assert main(["check", "--url", url, "--provider", "demo", "--symbols", "A", "--seconds", "7"]) == 1
    assert capsys.readouterr().err == "Checking for 7 s…\n"
