"""Plays sounds, at most one per second: the program's own, or the user's files."""

from __future__ import annotations

import asyncio
import ctypes
import os
import sys
from collections.abc import Generator
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from ticker_gui.alerts.actions.actions import MAX_VOLUME, SOUNDS, SoundAction
from ticker_gui.alerts.actions.result import ActionError, ActionSuccess
from ticker_gui.formatting.file_errors import describe_read_error
from ticker_gui.process.home_folder import expand_home
from ticker_gui.resources import asset

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

INTERVAL_S: Final = 1.0
MAX_FILE_BYTES: Final = 4 << 20
MAX_LENGTH_S: Final = 10.0
_SAMPLE_RATE: Final = 44_100
_CHANNELS: Final = 2
_FRAMES_PER_PART: Final = 4096
_END_S: Final = 0.4  # until the device has played what it has been given
_TIMEOUT_S: Final = 10.0
_NO_ANSWER: Final = f"The sound device did not answer within {_TIMEOUT_S:g} seconds."
_NO_DEVICE: Final = "No sound device was found."
_TOO_SOON: Final = "The sound was not played, because another one started less than a second earlier."
_NO_LIBRARY: Final = (
    "Sounds need the miniaudio package, which is not installed. Use the notification's own sound, "
    "or install the package with: pip install miniaudio"
)
# JACK prints on stderr if its server does not run, and a device that plays nothing would hide that there is none.
_BACKENDS: Final = ("WASAPI", "DSOUND", "WINMM", "COREAUDIO", "PULSEAUDIO", "ALSA", "SNDIO", "AUDIO4", "OSS")


class Device(Protocol):
    """A sound device that is playing."""

    def close(self) -> None:
        """Stop, and release the device. It may block."""


class SoundPlayer:
    """Plays one sound at a time. The library is loaded at the first one, in a thread."""

    def __init__(self, interval_s: float = INTERVAL_S) -> None:
        self._interval_s: Final = interval_s
        self._next_time = 0.0
        self._device: Device | None = None
        self._end: asyncio.TimerHandle | None = None

    async def play(self, action: SoundAction) -> ActionSuccess:
        """Start playing a sound, and return a sentence about it.

        Raises:
            ActionError: it is not played.
        """
        loop = asyncio.get_running_loop()
        if loop.time() < self._next_time:
            raise ActionError(_TOO_SOON)
        self._next_time = loop.time() + self._interval_s
        await self._stop()
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                device, length_s = await asyncio.to_thread(start_playing, sound_file(action.sound), action.volume)
        except TimeoutError:
            raise ActionError(_NO_ANSWER) from None
        await self._stop()  # another one has begun meanwhile
        self._device = device
        self._end = loop.call_later(length_s + _END_S, self.close)
        return ActionSuccess(f"Playing {SOUNDS.get(action.sound) or sound_file(action.sound).name}.")

    def close(self) -> None:
        """Stop what is playing, without waiting for the device."""
        device = self._take_device()
        if device is not None:
            asyncio.get_running_loop().run_in_executor(None, device.close)

    async def _stop(self) -> None:
        device = self._take_device()
        if device is not None:
            await asyncio.to_thread(device.close)

    def _take_device(self) -> Device | None:
        device, self._device = self._device, None
        if self._end is not None:
            self._end.cancel()
        return device


def sound_file(sound: str) -> Path:
    """Return the file of a sound."""
    return asset("sounds", f"{sound}.wav") if sound in SOUNDS else expand_home(sound)


def start_playing(file: Path, volume: int) -> tuple[Device, float]:
    """Start a device that plays a file, and return it with the length of the sound in seconds. It blocks.

    Raises:
        ActionError: the file cannot be read, or there is no device.
    """
    try:
        miniaudio: Any = import_module("miniaudio")
    except ImportError:
        raise ActionError(_NO_LIBRARY) from None
    samples = read_samples(miniaudio, file, volume)
    _silence_alsa()
    backends = [miniaudio.Backend[name] for name in _BACKENDS]
    generator = _parts(samples)
    next(generator)
    try:
        device: Any = miniaudio.PlaybackDevice(
            nchannels=_CHANNELS, sample_rate=_SAMPLE_RATE, backends=backends, app_name="Ticker GUI"
        )
        device.start(generator)
    except miniaudio.MiniaudioError:
        raise ActionError(_NO_DEVICE) from None
    return device, len(samples) / _SAMPLE_RATE


def read_samples(miniaudio: Any, file: Path, volume: int) -> NDArray[np.int16]:
    """Return the decoded samples of a sound file, one row per time, as loud as the volume says.

    Raises:
        ActionError: the file cannot be read, or has no sound.
    """
    import numpy as np

    try:
        size = file.stat().st_size
    except (OSError, ValueError) as error:  # ValueError: a path with a NUL character
        reason = describe_read_error(error, file) if isinstance(error, OSError) else "its path is not valid"
        raise ActionError(f"The sound cannot be played: {reason}.") from error
    if not os.path.isfile(file):  # reading a pipe would never end
        raise ActionError(f"{file.name} is not a file. Choose a WAV, OGG, FLAC or MP3 file.")
    if size > MAX_FILE_BYTES:
        raise ActionError(f"{file.name} is larger than {MAX_FILE_BYTES >> 20} MB. Choose a shorter sound.")
    parts: list[Any] = []
    max_parts = int(MAX_LENGTH_S * _SAMPLE_RATE / _FRAMES_PER_PART)
    try:
        stream = miniaudio.stream_file(
            str(file), nchannels=_CHANNELS, sample_rate=_SAMPLE_RATE, frames_to_read=_FRAMES_PER_PART
        )
        while len(parts) < max_parts and len(part := next(stream, ())):
            parts.append(np.array(part, dtype=np.int16))
    except (miniaudio.MiniaudioError, OSError, ValueError) as error:
        raise ActionError(f"{file.name} cannot be played. Choose a WAV, OGG, FLAC or MP3 file.") from error
    if not parts:
        raise ActionError(f"{file.name} contains no sound. Choose another file.")
    samples = np.concatenate(parts).reshape(-1, _CHANNELS)
    scale = (min(max(volume, 0), MAX_VOLUME) / MAX_VOLUME) ** 2  # loudness is not proportional to the amplitude
    return (samples * scale).astype(np.int16)


def _parts(samples: NDArray[np.int16]) -> Generator[bytes, int, None]:
    """Yield as many samples as the device requests, until all are played."""
    requested = yield b""
    position = 0
    while position < len(samples):
        part = samples[position : position + requested]
        position += len(part)
        requested = yield part.tobytes()


def _silence_alsa() -> None:
    """Make the sound library of Linux print no errors, which would fill the terminal if there is no device."""
    if not sys.platform.startswith("linux"):
        return
    try:
        library = ctypes.CDLL("libasound.so.2")
        library.snd_lib_error_set_handler(_ignore_alsa_error)
    except (OSError, AttributeError):  # it is not installed, so it prints nothing
        return


def _ignore_error(file: bytes, line: int, function: bytes, error: int, text: bytes) -> None:
    """Ignore an error of ALSA; the arguments of its text are not passed on."""


_ignore_alsa_error: Final = ctypes.CFUNCTYPE(
    None, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p
)(_ignore_error)
