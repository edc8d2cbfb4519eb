"""A window in words that anybody could check: how strong, how regular, how upright, how much it turns. No label, no model.

The bins were fixed from what the words mean (1 g is a resting device; people step 1.4 to 2.5 times a second), before any window
of a test person was described.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from evals.systems.windows import WindowSet

GRAVITY_MS2 = 9.80665
STRENGTHS = ((0.15, "no movement"), (0.6, "slight movement"), (2.0, "moderate movement"), (5.0, "strong movement"))
STRONGEST = "violent movement"
TURNS = ((0.1, "it hardly turns"), (0.6, "it turns a little"), (1.8, "it turns"))
STRONGEST_TURN = "it turns fast"
STEPS_HZ = (0.5, 4.0)
# Of the variation of the magnitude, what lies at the strongest frequency and beside it: a rhythm, or none.
RHYTHM_SHARE = 0.35
PLACES = {"hip": "hip", "waist": "waist", "pocket": "trouser pocket", "wrist": "wrist", "unknown": "body"}
AXES = ("x", "y", "z")


def evidence_sentences(windows: WindowSet) -> list[str]:
    """One sentence a window: "A sensor at the hip: strong movement, a rhythm of 1.9 per second, gravity along +x, it turns."."""
    return [sentence(window, windows.rate_hz, windows.position) for window in windows.values]


def sentence(window: npt.NDArray[np.float32], rate_hz: float, position: str) -> str:
    """window: (6, samples)."""
    size = np.linalg.norm(window[:3], axis=0)
    deviation = float(size.std())
    parts = [_word(deviation, STRENGTHS, STRONGEST)]
    rhythm = rhythm_hz(size, rate_hz) if deviation >= STRENGTHS[0][0] else None
    if rhythm is not None:
        parts.append(f"a steady rhythm of {rhythm:.1f} per second")
    elif deviation >= STRENGTHS[1][0]:
        parts.append("no steady rhythm")
    mean = window[:3].mean(axis=1)
    share = mean / max(1e-6, float(np.linalg.norm(mean)))
    axis = int(np.abs(share).argmax())
    tilt = float(np.degrees(np.arccos(min(1.0, abs(float(share[axis]))))))
    parts.append(
        f"gravity along {'+' if share[axis] > 0 else '-'}{AXES[axis]}, tilted by {round(tilt / 10) * 10} degrees"
    )
    parts.append(_word(float(np.linalg.norm(window[3:], axis=0).mean()), TURNS, STRONGEST_TURN))
    return f"A sensor at the {PLACES.get(position, position)}: {', '.join(parts)}."


def rhythm_hz(size: npt.NDArray[np.floating], rate_hz: float) -> float | None:
    """The strongest frequency of the magnitude where it holds a good part of the variation; None where nothing repeats."""
    centred = (size - size.mean()) * np.hanning(len(size))
    power = np.abs(np.fft.rfft(centred, n=max(512, len(size)))) ** 2
    frequency = np.fft.rfftfreq(max(512, len(size)), 1.0 / rate_hz)
    usable = (frequency >= STEPS_HZ[0]) & (frequency <= STEPS_HZ[1])
    peak = float(frequency[usable][power[usable].argmax()])
    near = np.abs(frequency - peak) <= 0.4
    return peak if power[near].sum() / max(1e-9, power[1:].sum()) >= RHYTHM_SHARE else None


def _word(value: float, bins: tuple[tuple[float, str], ...], above: str) -> str:
    return next((word for edge, word in bins if value < edge), above)


# Generic: what a dictionary and common sense say, written before any window of a test person was described.
DESCRIPTIONS: dict[str, str] = {
    "walking": "A person walks at a normal pace: moderate movement with a steady rhythm of about 1.8 per second, upright.",
    "walking_left": "A person walks in a circle to the left: moderate movement with a steady rhythm of about 1.8 per second, turning.",
    "walking_right": "A person walks in a circle to the right: moderate movement with a steady rhythm of about 1.8 per second, turning.",
    "walking_upstairs": "A person climbs stairs: moderate movement with a slow steady rhythm of about 1.5 per second, upright.",
    "walking_downstairs": "A person goes down stairs: strong movement with a steady rhythm of about 1.9 per second, upright.",
    "stairs": "A person walks on stairs: moderate movement with a steady rhythm of about 1.7 per second, upright.",
    "running": "A person runs: violent movement with a fast steady rhythm of about 2.7 per second.",
    "jumping": "A person jumps on the spot: violent movement with a steady rhythm of about 2 per second.",
    "sitting": "A person sits still on a chair: no movement, tilted, it hardly turns.",
    "standing": "A person stands still: no movement, upright, it hardly turns.",
    "lying": "A person lies down: no movement, gravity along a horizontal axis of the body, it hardly turns.",
    "elevator_up": "A person stands in an elevator going up: slight movement, upright, it hardly turns.",
    "elevator_down": "A person stands in an elevator going down: slight movement, upright, it hardly turns.",
    "typing": "A person types on a keyboard: slight movement of the hands without a steady rhythm, it hardly turns.",
    "writing": "A person writes by hand: slight movement of the hand without a steady rhythm, it turns a little.",
    "clapping": "A person claps their hands: violent movement of the hands with a fast steady rhythm of about 3 per second.",
    "brushing_teeth": "A person brushes their teeth: strong movement of the hand with a fast steady rhythm of about 3.5 per second.",
    "drinking": "A person drinks from a cup: slight movement, now and then the hand is lifted to the mouth, it turns a little.",
    "eating_soup": "A person eats soup with a spoon: slow movement of the hand to the mouth, it turns a little.",
    "eating_chips": "A person eats chips with the fingers: moderate movement of the hand to the mouth, it turns a little.",
    "eating_pasta": "A person eats pasta with a fork: moderate movement of the hand to the mouth, it turns.",
    "eating_sandwich": "A person eats a sandwich held in the hand: slight movement near the mouth, it hardly turns.",
    "folding_clothes": "A person folds clothes: moderate movement of the hands without a steady rhythm, it turns.",
    "catching_ball": "A person throws and catches a ball: strong movement of the arm without a steady rhythm, it turns.",
    "dribbling_ball": "A person dribbles a ball: violent movement of the hand with a steady rhythm of about 2 per second, it turns fast.",
    "kicking_ball": "A person kicks a ball: strong movement without a steady rhythm, it turns.",
}  # fmt: skip


def description(label: str) -> str:
    """A label's sentence; the label itself, in words, where none was written."""
    return DESCRIPTIONS.get(label, f"A person is {label.replace('_', ' ')}.")
