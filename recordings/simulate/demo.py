"""`demo`: six simulated minutes of one person with a watch, and a microphone in the room. Nobody recorded it."""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt

from recordings.recording import ACCELERATION, ROTATION, Annotation, Recording, Step, Stream
from recordings.simulate import room
from recordings.simulate.wrist import Phase, WristMotion, wrist_motion

MOTION_RATE_HZ = 50.0
DEMO_SEED = 7
SOUND_PREFIX = "sound:"

# activity, seconds, the sound that goes with it (a label of the sound tagger, or none)
SCRIPT: tuple[tuple[str, float, str | None], ...] = (
    ("sitting", 22.0, None),
    ("typing", 68.0, "keyboard_typing"),
    ("walking", 54.0, None),
    ("brushing_teeth", 50.0, "running_water"),
    ("standing", 20.0, None),
    ("eating_pasta", 60.0, "cutlery_and_plates"),
    ("sitting", 16.0, None),
    ("walking", 24.0, None),
    ("running", 46.0, None),
)


def phases() -> tuple[Phase, ...]:
    """The script on a time line without holes."""
    ends = np.cumsum([seconds for _, seconds, _ in SCRIPT]).tolist()
    starts = [0.0, *ends[:-1]]
    return tuple(Phase(activity, a, b) for (activity, _, _), a, b in zip(SCRIPT, starts, ends, strict=True))


def simulate_demo(seed: int = DEMO_SEED) -> Recording:
    """The demo recording: `wrist` (acc + gyro, 50 Hz, gravity included) and `sound` (16 kHz), `simulated=True`.

    The truth stands in `annotations`: each activity's label, and each sound's as `sound:<label>`. The same seed gives the
    same samples.
    """
    script = phases()
    wrist = wrist_motion(np.random.default_rng([seed, 1]), script, MOTION_RATE_HZ)
    sound = _room(np.random.default_rng([seed, 2]), script, wrist)
    streams = (
        Stream(
            name="wrist",
            modality="motion",
            channels=ACCELERATION + ROTATION,
            units=("m/s²",) * 3 + ("rad/s",) * 3,
            rate_hz=MOTION_RATE_HZ,
            samples=wrist.samples,
            device="watch",
            position="wrist",
            gravity="included",
        ),
        Stream(
            name="sound",
            modality="audio",
            channels=("sound",),
            units=("full scale",),
            rate_hz=float(room.RATE_HZ),
            samples=sound,
            device="microphone",
        ),
    )
    digest = hashlib.sha256(wrist.samples.tobytes() + sound.tobytes()).hexdigest()
    truth = [Annotation(p.start_s, p.end_s, p.activity) for p in script]
    truth += [
        Annotation(p.start_s, p.end_s, SOUND_PREFIX + heard)
        for p, (_, _, heard) in zip(script, SCRIPT, strict=True)
        if heard is not None
    ]
    return Recording(
        id="demo" if seed == DEMO_SEED else f"demo-{seed}",
        source="demo",
        sha256=digest,
        streams=streams,
        history=(
            Step(
                "simulate",
                f"models of gait, wrist postures and room sounds, seed {seed}; nobody recorded this",
                "",
                f"{script[-1].end_s:g} s, wrist motion at 50 Hz and sound at 16 kHz",
            ),
        ),
        simulated=True,
        annotations=tuple(sorted(truth, key=lambda a: (a.start_s, a.end_s, a.label))),
    )


def _room(rng: np.random.Generator, script: tuple[Phase, ...], wrist: WristMotion) -> npt.NDArray[np.float32]:
    """(1, n) float32: the quiet room, and in each phase the sounds that its movements make.

    The microphone stays on the desk of a small flat: steps next door are faint, running happens outdoors and is not heard.
    """
    n = round(script[-1].end_s * room.RATE_HZ)
    wave = room.near_silence(rng, n)
    for index, phase in enumerate(script):
        start = round(phase.start_s * room.RATE_HZ)
        length = round(phase.end_s * room.RATE_HZ) - start
        duration_s = length / room.RATE_HZ
        events = wrist.events_s.get(index, np.empty(0)) - phase.start_s
        part = np.zeros(length)
        if phase.activity == "typing":
            part = room.impacts(rng, length, room.key_times(rng, duration_s), "key", 0.12)
        elif phase.activity == "walking":
            part = room.reverberant(rng, room.impacts(rng, length, events, "step", 0.003))
        elif phase.activity == "brushing_teeth":
            tap = 0.01 * room.running_water(rng, length) + 0.0004 * room.brushing(rng, length, 3.9)
            part = tap  # the microphone lies beside the basin: the direct sound outweighs the room
        elif phase.activity == "eating_pasta":
            clinks, scrapes = (
                np.sort(rng.uniform(0.5, duration_s - 0.5, int(rate * duration_s))) for rate in (3.0, 1.2)
            )
            part = room.impacts(rng, length, clinks, "clink", 0.1) + room.impacts(rng, length, scrapes, "scrape", 0.06)
            part = room.reverberant(rng, part)
        wave[start : start + length] += room.stretch(length, part)
    return np.clip(wave, -1.0, 1.0).astype(np.float32)[None, :]
