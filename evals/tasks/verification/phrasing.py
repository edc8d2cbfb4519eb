"""How true and false sentences are written: many wordings, most of which no template of the product has.

Everything here is independent of `agents.wording`: times, durations and inflections are spelled by its own rules.
"""

from __future__ import annotations

import random

WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
ORDINALS = {
    "1": "first",
    "2": "second",
    "3": "third",
    "4": "fourth",
    "5": "fifth",
    "6": "sixth",
    "7": "seventh",
    "8": "eighth",
}
_PAST = {
    "walking": "walked", "sitting": "sat", "standing": "stood", "lying": "lay", "running": "ran", "jumping": "jumped", "typing": "typed",
    "drinking": "drank", "clapping": "clapped", "cycling": "cycled", "walking upstairs": "walked upstairs",
    "walking downstairs": "walked downstairs", "washing dishes": "washed dishes", "brushing teeth": "brushed teeth", "writing": "wrote",
}  # fmt: skip
CHANNELS = {
    "acc_x": ("acceleration x", "the x-axis acceleration", "acc_x", "the acceleration along x"),
    "acc_y": ("acceleration y", "the y-axis acceleration", "acc_y", "the acceleration along the y axis"),
    "acc_z": ("acceleration z", "the z-axis acceleration", "acc_z", "the acceleration along z"),
    "acc_magnitude": ("acceleration magnitude", "the magnitude of the acceleration", "the acceleration magnitude"),
    "gyro_x": ("rotation x", "the x-axis rotation", "gyro_x", "the angular velocity along x"),
    "gyro_y": ("rotation y", "the y-axis rotation", "gyro_y"),
    "gyro_z": ("rotation z", "the z-axis rotation", "gyro_z"),
    "gyro_magnitude": ("rotation magnitude", "the magnitude of the rotation"),
}  # fmt: skip
STATISTICS = {
    "mean": ("mean", "average"), "std": ("standard deviation",), "min": ("minimum", "lowest value"), "max": ("maximum", "peak"),
    "median": ("median",), "rms": ("root mean square", "RMS"), "range": ("range",),
}  # fmt: skip
UP = ("rising", "increasing", "growing", "ascending")
DOWN = ("falling", "decreasing", "declining", "descending")
FLAT = ("steady", "stable", "constant")


def gerund(label: str) -> str:
    return {"elevator_up": "riding an elevator up", "elevator_down": "riding an elevator down", "stand_to_sit": "sitting down", "sit_to_stand": "standing up",
            "sit_to_lie": "lying down from sitting", "lie_to_sit": "sitting up from lying", "stand_to_lie": "lying down from standing",
            "lie_to_stand": "getting up from lying", "stairs": "using stairs"}.get(label, label.replace("_", " "))  # fmt: skip


def past(label: str) -> str:
    """Past tense where it is known, else "was …"."""
    return _PAST.get(gerund(label), f"was {gerund(label)}")


class Style:
    """One way to print times, durations and shares, chosen once a sentence so that it is written by one hand."""

    def __init__(self, rng: random.Random) -> None:
        self._fine = rng.random() < 0.7
        self._duration = rng.choice(("short", "short", "words", "seconds"))
        self._percent = rng.choice((" %", "%", " percent"))
        self._counts_in_words = rng.random() < 0.4
        self._pick = rng.random()

    def clock(self, t_s: float) -> str:
        tenths = round(t_s * 10) if self._fine else round(t_s) * 10
        whole, tenth = divmod(tenths, 10)
        text = (
            f"{whole // 60}:{whole % 60:02d}"
            if whole < 3600
            else f"{whole // 3600}:{whole % 3600 // 60:02d}:{whole % 60:02d}"
        )
        return f"{text}.{tenth}" if tenth else text

    def seconds(self, t_s: float) -> str:
        return f"{t_s:.1f}" if self._fine else f"{round(t_s)}"

    def duration(self, d_s: float) -> str:
        whole = round(d_s)
        if self._duration == "seconds" or d_s < 10:
            return f"{d_s:.1f} s" if self._fine or d_s < 10 else f"{whole} seconds"
        minutes, seconds = divmod(whole, 60)
        if self._duration == "words":
            parts = [f"{minutes} minute{'s' * (minutes != 1)}"] * bool(minutes) + [
                f"{seconds} second{'s' * (seconds != 1)}"
            ] * bool(seconds)
            return " and ".join(parts)
        return " ".join([f"{minutes} min"] * bool(minutes) + [f"{seconds} s"] * bool(seconds))

    def percent(self, share: float) -> str:
        return f"{share * 100:.0f}{self._percent}" if 0.01 < share < 0.99 else f"{share * 100:.1f}{self._percent}"

    def count(self, n: int) -> str:
        return WORDS[n] if self._counts_in_words and n < len(WORDS) else str(n)

    def number(self, value: float) -> str:
        return (
            f"{value:.3g}"
            if 1e-3 < abs(value) < 1e3 or value == 0
            else f"{value:.6g}"
            if abs(value) >= 1e3
            else f"{value:.2e}"
        )

    def choose(self, options: tuple[str, ...]) -> str:
        return options[int(self._pick * len(options))]


def times(n: int) -> str:
    return {1: "once", 2: "twice"}.get(n, f"{n} times")


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]
