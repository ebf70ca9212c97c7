"""Generates the sounds of alerts, which are in ``assets/sounds``: ``python -m tests.sounds``."""

from __future__ import annotations

import io
import math
import wave
from array import array
from collections.abc import Iterable
from typing import Final, NamedTuple

from tests.readme import TOP

RATE: Final = 16_000


class Tone(NamedTuple):
    """A struck note: its begin, pitch in Hz, time to fade in seconds, and the strengths of its overtones."""

    begin_s: float
    pitch: float
    fade_s: float
    overtones: tuple[float, ...] = (1.0, 0.25, 0.1)


SOUNDS: Final = {
    "chime": (0.7, (Tone(0.0, 880.0, 0.18), Tone(0.12, 1318.5, 0.2))),
    "bell": (0.8, (Tone(0.0, 1046.5, 0.22, (1.0, 0.5, 0.35, 0.2)),)),
    "knock": (0.35, (Tone(0.0, 220.0, 0.03, (1.0, 0.6, 0.3)), Tone(0.14, 220.0, 0.03, (1.0, 0.6, 0.3)))),
}


def sound_bytes(length_s: float, tones: Iterable[Tone]) -> bytes:
    """Return a WAV file: one channel, 16 bits, whose last samples fade to silence."""
    count = int(length_s * RATE)
    values = [sum(_value(tone, index / RATE) for tone in tones) for index in range(count)]
    loudest = max(map(abs, values))
    fade = RATE // 50
    samples = array("h", [round(22_000 * v / loudest * min(1.0, (count - i) / fade)) for i, v in enumerate(values)])
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setparams((1, 2, RATE, count, "NONE", ""))
        out.writeframes(samples.tobytes())
    return file.getvalue()


def _value(tone: Tone, time_s: float) -> float:
    since = time_s - tone.begin_s
    if since < 0:
        return 0.0
    attack = min(1.0, since / 0.004)
    return attack * sum(
        strength * math.exp(-since * number / tone.fade_s) * math.sin(2 * math.pi * tone.pitch * number * since)
        for number, strength in enumerate(tone.overtones, start=1)
    )


if __name__ == "__main__":
    folder = TOP / "assets" / "sounds"
    folder.mkdir(exist_ok=True)
    for name, (length_s, tones) in SOUNDS.items():
        (folder / f"{name}.wav").write_bytes(sound_bytes(length_s, tones))
