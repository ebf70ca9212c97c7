from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest

from tests.conftest import RunQt
from tests.doubles import until
from ticker_gui.alerts.actions import command
from ticker_gui.alerts.actions.actions import CommandAction
from ticker_gui.alerts.actions.command import CommandRunner, command_environment
from ticker_gui.alerts.actions.message import AlertMessage
from ticker_gui.alerts.actions.result import ActionError, ActionSuccess
from ticker_gui.feeds.protocol import Credentials
from ticker_gui.logs.log_redaction import LogRedaction

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the commands are scripts of a shell")

MESSAGE = AlertMessage("BTC-USD above 100", "Last 100.5", {"symbol": "BTC-USD", "price": 100.5})


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> LogRedaction:
    redaction = LogRedaction()
    redaction.add(Credentials(key="can4ry-k3y"))
    monkeypatch.setattr(command, "KNOWN_SECRETS", redaction)
    return redaction


def script(text: str, timeout_s: float = 60.0) -> CommandAction:
    return CommandAction(("/bin/sh", "-c", text), timeout_s)


def run_command(run: RunQt, action: CommandAction, message: AlertMessage = MESSAGE) -> ActionSuccess:
    done: ActionSuccess = run(CommandRunner().run(action, message))
    return done


def failure(run: RunQt, action: CommandAction) -> ActionError:
    with pytest.raises(ActionError) as error:
        run_command(run, action)
    return error.value


def test_a_command_receives_the_alert_as_json_and_its_output_is_kept(run: RunQt) -> None:
    done = run_command(run, CommandAction(("/bin/cat",)))
    assert done.text == "cat ran successfully."
    assert json.loads(done.output) == {
        "symbol": "BTC-USD", "price": 100.5, "title": "BTC-USD above 100", "text": "Last 100.5",
        "test": False, "replay": False,
    }  # fmt: skip


def test_a_command_runs_on_the_event_loop_of_the_window(run_qt: RunQt) -> None:
    assert run_command(run_qt, script("echo $TICKER_ALERT_PRICE; echo error >&2")).output == "100.5\nerror"


def test_arguments_are_passed_as_they_are_and_no_shell_reads_them(run: RunQt) -> None:
    odd = ["a b", "$HOME", "; rm -r x", "`id`", "*", "", "ü"]
    done = run_command(run, CommandAction(("/usr/bin/printf", "%s|", *odd)))
    assert done.output == "|".join([*odd, ""])


def test_a_program_in_the_users_folder_is_found(run: RunQt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "notify").write_text("#!/bin/sh\npwd\n")
    (tmp_path / "notify").chmod(0o755)
    assert run_command(run, CommandAction(("~/notify",))).output == str(tmp_path)


def test_texts_of_servers_cannot_reach_a_shell(run: RunQt, tmp_path: Path) -> None:
    message = AlertMessage(f"$(touch {tmp_path / 'x'})", f"`touch {tmp_path / 'x'}`; touch {tmp_path / 'x'}")
    run_command(run, script("echo $TICKER_ALERT_TITLE $TICKER_ALERT_TEXT; cat"), message)
    assert not (tmp_path / "x").exists()


def test_a_command_that_does_not_read_its_input_succeeds(run: RunQt) -> None:
    assert run_command(run, CommandAction(("/bin/true",))) == ActionSuccess("true ran successfully.")


@pytest.mark.parametrize(
    ("action", "reason"),
    [
        (script("echo no such device >&2; exit 3"), "sh ended with exit code 3."),
        (script("kill -TERM $$"), "sh was ended by signal SIGTERM."),
        (CommandAction(("/no/such/program",)), "program could not be started: there is no such program."),
        (CommandAction(("/etc/passwd",)), "passwd could not be started: you do not have permission to run it"),
        (CommandAction(("/bin/true", "x" * 4096 * 2)), "A command has at most"),
        (CommandAction(), "Enter the program to run."),
    ],
)
def test_a_failure_is_reported_in_a_sentence(run: RunQt, action: CommandAction, reason: str) -> None:
    assert reason in str(failure(run, action))


def test_the_output_of_a_command_that_failed_is_kept(run: RunQt) -> None:
    assert failure(run, script("echo no such device >&2; exit 3")).output == "no such device"


def test_a_script_without_its_first_line_is_explained(run: RunQt, tmp_path: Path) -> None:
    (tmp_path / "notify").write_text("echo x\n")
    (tmp_path / "notify").chmod(0o755)
    assert "must begin with a line such as #!/bin/sh" in str(failure(run, CommandAction((str(tmp_path / "notify"),))))


def test_a_command_that_does_not_end_is_killed_with_everything_that_it_started(run: RunQt, tmp_path: Path) -> None:
    text = f"sleep 1000 & echo $! > {tmp_path}/child; echo begun; wait"
    error = failure(run, script(text, timeout_s=0.3))
    assert str(error) == "sh was stopped because it did not finish within 0.3 seconds."
    assert error.output == "begun"

    if sys.platform == "linux":
        state = Path(f"/proc/{int((tmp_path / 'child').read_text())}/stat")
        run(until(lambda: not state.exists() or state.read_text().split()[2] in "ZX"))  # a zombie has been killed, too


def test_a_program_that_is_left_in_the_background_does_not_delay_the_result(
    run: RunQt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "_END_OF_OUTPUT_S", 0.1)
    done = run_command(run, script(f"sleep 1000 & echo $! > {tmp_path}/child; echo started"))
    assert done.output == "started"
    os.kill(int((tmp_path / "child").read_text()), 9)  # it was left running


def test_the_result_follows_the_end_of_the_output(run: RunQt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "_END_OF_OUTPUT_S", 1e6)
    assert run_command(run, script("echo done")).output == "done"


@pytest.mark.parametrize("is_started", [False, True])
def test_a_cancelled_command_is_killed_even_while_it_starts(run: RunQt, tmp_path: Path, is_started: bool) -> None:
    text = f"echo begun; echo $$ > {tmp_path}/pid; sleep 1000"

    async def test() -> None:
        task = asyncio.create_task(CommandRunner().run(script(text), MESSAGE))
        await until(lambda: (tmp_path / "pid").is_file() and (tmp_path / "pid").read_text())
        if is_started:
            await asyncio.sleep(0.1)
        task.cancel()
        await asyncio.wait([task])
        await until(lambda: has_ended(int((tmp_path / "pid").read_text())))

    run(test())


def has_ended(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_a_long_output_is_cut_and_read_to_its_end(run: RunQt) -> None:
    output = run_command(
        run, script("i=0; while [ $i -lt 3000 ]; do echo 0123456789abcdef0123456789; i=$((i+1)); done")
    ).output
    assert output.endswith("\n…")
    assert len(output) < command.MAX_OUTPUT_BYTES + 10


def test_an_output_is_safe_to_display(run: RunQt) -> None:
    output = run_command(run, script(r"printf 'a\033[31mb\rc\n\377 key=can4ry-k3y\n'")).output
    assert output.replace("\n", "").isprintable()
    assert "can4ry-k3y" not in output
    assert output.startswith("a[31mb")


def test_the_environment_is_the_users_without_the_keys_of_feeds() -> None:
    environment = command_environment(
        MESSAGE,
        {
            "PATH": "/bin", "MY_TOKEN": "the user's own", "DESK_KEY": "can4ry-k3y", "DESK_PAIR": "id:can4ry-k3y",
            "TICKER_GUI_KEY": "0ther", "TICKER_ALERT_PRICE": "7",
        },
    )  # fmt: skip
    assert environment["PATH"] == "/bin"
    assert environment["MY_TOKEN"] == "the user's own"
    assert environment["TICKER_ALERT_PRICE"] == "100.5"
    assert not {"DESK_KEY", "DESK_PAIR", "TICKER_GUI_KEY"} & set(environment)


def test_four_commands_run_at_once_and_others_wait(run: RunQt, tmp_path: Path) -> None:
    async def test() -> None:
        commands = CommandRunner()
        text = (
            f"touch {tmp_path}/running-$$; until [ -e {tmp_path}/end ]; do sleep 0.01; done; rm {tmp_path}/running-$$"
        )
        tasks = [asyncio.create_task(commands.run(script(text), MESSAGE)) for _ in range(6)]
        await until(lambda: len(list(tmp_path.glob("running-*"))) == 4)
        assert not [task for task in tasks if task.done()]
        (tmp_path / "end").touch()
        assert len(await asyncio.gather(*tasks)) == 6

    run(test())
