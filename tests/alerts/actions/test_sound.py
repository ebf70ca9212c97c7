from __future__ import annotations

import asyncio
import ctypes
import os
import sys
import wave
from array import array
from collections.abc import Generator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests import sounds
from tests.conftest import RunQt
from tests.doubles import until
from ticker_gui.alerts.actions import sound
from ticker_gui.alerts.actions.actions import SOUNDS, SoundAction
from ticker_gui.alerts.actions.result import ActionError
from ticker_gui.alerts.actions.sound import SoundPlayer, read_samples, sound_file

miniaudio = pytest.importorskip("miniaudio", reason="it has no wheel for this system")


class Device:
    """A sound device that plays at once, as fast as it can."""

    played: bytes
    is_closed = False

    def __init__(self, devices: list[Device]) -> None:
        devices.append(self)

    def start(self, parts: Generator[bytes, int, None]) -> None:
        self.played = b"".join(iter(lambda: self._part(parts), b""))

    def _part(self, parts: Generator[bytes, int, None]) -> bytes:
        try:
            return parts.send(512)
        except StopIteration:
            return b""

    def close(self) -> None:
        self.is_closed = True


@pytest.fixture
def devices(monkeypatch: pytest.MonkeyPatch) -> list[Device]:
    """Replace the sound device of this computer."""
    devices: list[Device] = []
    monkeypatch.setattr(miniaudio, "PlaybackDevice", lambda **options: Device(devices))
    return devices


def play(run: RunQt, action: SoundAction) -> str:
    async def test() -> str:
        player = SoundPlayer()
        try:
            return (await player.play(action)).text
        finally:
            player.close()

    text: str = run(test())
    return text


@pytest.mark.parametrize("name", SOUNDS)
def test_our_own_sounds_are_small_and_those_that_the_script_generates(name: str) -> None:
    committed = sound_file(name).read_bytes()
    generated = sounds.sound_bytes(*sounds.SOUNDS[name])
    assert len(committed) == len(generated) < 30_000
    pairs = zip(array("h", committed[44:]), array("h", generated[44:]), strict=True)
    assert max(abs(one - other) for one, other in pairs) <= 1  # sines differ slightly between systems


@pytest.mark.parametrize("name", SOUNDS)
def test_a_sound_is_played_completely_and_the_device_is_closed(run: RunQt, devices: list[Device], name: str) -> None:
    assert play(run, SoundAction(name)) == f"Playing {SOUNDS[name]}."
    expected = read_samples(miniaudio, sound_file(name), 100)
    assert devices[0].played == expected.tobytes()
    assert devices[0].is_closed


def test_the_volume_scales_the_samples(devices: list[Device], run: RunQt) -> None:
    loudest = [abs(read_samples(miniaudio, sound_file("bell"), volume)).max() for volume in (0, 50, 100)]
    assert loudest[0] == 0
    assert 0 < loudest[1] < loudest[2] / 2


def test_a_device_that_has_played_the_sound_is_closed(
    run: RunQt, devices: list[Device], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sound, "_END_S", -1.0)  # instead of the sound's own length

    async def test() -> None:
        await SoundPlayer().play(SoundAction("knock"))
        await until(lambda: devices[0].is_closed)

    run(test())


def test_a_second_sound_within_a_second_is_refused_and_a_later_one_replaces_the_first(
    run: RunQt, devices: list[Device]
) -> None:
    async def test() -> None:
        player = SoundPlayer(interval_s=1000)
        await player.play(SoundAction())
        with pytest.raises(ActionError, match="less than a second earlier"):
            await player.play(SoundAction())
        player._next_time = 0  # the time has passed
        await player.play(SoundAction("bell"))
        assert [device.is_closed for device in devices] == [True, False]
        player.close()

    run(test())


def test_a_missing_device_is_reported(run: RunQt, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**options: object) -> None:
        raise miniaudio.MiniaudioError("failed to init device", -401)

    monkeypatch.setattr(miniaudio, "PlaybackDevice", fail)
    with pytest.raises(ActionError, match=r"No sound device was found\."):
        play(run, SoundAction())


def test_a_device_that_does_not_answer_is_reported(run: RunQt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sound, "_TIMEOUT_S", 0.0)
    monkeypatch.setattr(sound, "start_playing", lambda file, volume: (SimpleNamespace(close=int), 0))
    with pytest.raises(ActionError, match="did not answer"):
        play(run, SoundAction())


def test_a_missing_library_is_reported_with_the_command_that_installs_it(
    run: RunQt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "miniaudio", None)
    with pytest.raises(ActionError, match=r"the miniaudio package.* with: pip install miniaudio$"):
        play(run, SoundAction())


def test_the_users_own_files_are_played(run: RunQt, devices: list[Device], tmp_path: Path) -> None:
    file = tmp_path / "mine.wav"
    write_wav(file, seconds=0.1)
    assert play(run, SoundAction(str(file))) == "Playing mine.wav."
    assert len(devices[0].played) == 4 * 4410


def test_a_long_file_is_played_for_ten_seconds(devices: list[Device], tmp_path: Path) -> None:
    write_wav(tmp_path / "long.wav", seconds=30)
    assert 9 < len(read_samples(miniaudio, tmp_path / "long.wav", 100)) / 44_100 <= 10


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "The sound cannot be played"),
        (b"RIFF nonsense", r"odd\.wav cannot be played\. Choose a WAV, OGG, FLAC or MP3 file\."),
        (b"", r"odd\.wav cannot be played"),
        (b"\0" * (sound.MAX_FILE_BYTES + 1), "larger than 4 MB"),
    ],
)
def test_a_file_that_cannot_be_played_is_reported(
    run: RunQt, devices: list[Device], tmp_path: Path, content: bytes | None, reason: str
) -> None:
    file = tmp_path / "odd.wav"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ActionError, match=reason):
        play(run, SoundAction(str(file)))


@pytest.mark.parametrize("name", ["nul\0.wav", "\ud800.wav"])
def test_a_path_that_cannot_exist_is_reported(run: RunQt, devices: list[Device], tmp_path: Path, name: str) -> None:
    with pytest.raises(ActionError, match=r"The sound cannot be played: its path is not valid\."):
        play(run, SoundAction(f"{tmp_path}/{name}"))


def test_a_folder_and_an_empty_sound_are_reported(run: RunQt, devices: list[Device], tmp_path: Path) -> None:
    with pytest.raises(ActionError, match="is not a file"):
        play(run, SoundAction(str(tmp_path)))
    write_wav(tmp_path / "empty.wav", seconds=0)
    with pytest.raises(ActionError, match=r"contains no sound|cannot be played"):
        play(run, SoundAction(str(tmp_path / "empty.wav")))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only there is ALSA")
def test_the_sound_library_of_linux_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    try:
        library: Any = ctypes.CDLL("libasound.so.2")
    except OSError:
        pytest.skip("it is not installed")
    handle = ctypes.c_void_p()
    sound._silence_alsa()
    assert library.snd_pcm_open(ctypes.byref(handle), b"no such device %s", 0, 0) < 0
    assert capfd.readouterr().err == ""
    library.snd_lib_error_set_handler(None)
    assert library.snd_pcm_open(ctypes.byref(handle), b"no such device", 0, 0) < 0
    assert "no such device" in capfd.readouterr().err  # the library would print it


def test_a_pipe_is_never_read(run: RunQt, devices: list[Device], tmp_path: Path) -> None:
    if not hasattr(os, "mkfifo"):
        pytest.skip("there are no pipes with names")
    os.mkfifo(tmp_path / "pipe.wav")
    with pytest.raises(ActionError, match="is not a file"):
        play(run, SoundAction(str(tmp_path / "pipe.wav")))


def write_wav(file: Path, seconds: float) -> None:
    with wave.open(str(file), "wb") as out:
        out.setparams((1, 2, 8000, 0, "NONE", ""))
        out.writeframes(b"\x10\x10" * int(8000 * seconds))


def test_closing_without_a_sound_does_nothing(run: RunQt) -> None:
    async def test() -> None:
        SoundPlayer().close()
        await asyncio.sleep(0)

    run(test())
