"""Numbers, percentages, counts and ordinals as text."""

from __future__ import annotations

import math

ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
CARDINALS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")

PLURAL_UNITS = {"steps": "step", "samples": "sample", "episodes": "episode", "windows": "window", "times": "time"}


def number(value: float, digits: int = 3) -> str:
    """`value` to `digits` significant digits, without trailing zeros: "9.81", "142", "12,345", "-0.0012", "1.2e-7".

    Whole numbers keep all their digits. `float(text.replace(",", ""))` is the value at that precision.
    """
    if not math.isfinite(value):
        raise ValueError(f"{value} cannot be printed as a fact")
    if value == 0:
        return "0"
    if float(value).is_integer() and abs(value) < 1e15:
        whole = int(value)
        return f"{whole:,}" if abs(whole) >= 10_000 else str(whole)
    exponent = math.floor(math.log10(abs(value)))
    if exponent < -5:
        mantissa, _, power = f"{value:.{digits - 1}e}".partition("e")
        mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
        return f"{mantissa}e{int(power)}"
    text = f"{value:.{max(0, digits - 1 - exponent)}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    whole_part, dot, fraction = text.partition(".")
    sign = "-" if whole_part.startswith("-") else ""
    grouped = whole_part.lstrip("-")
    if len(grouped) >= 5:
        grouped = f"{int(grouped):,}"
    return "0" if text in ("-0", "0") else f"{sign}{grouped}{dot}{fraction}"


def percent(probability: float) -> str:
    """A share of 0…1: "72 %"; to a tenth below 1 % and above 99 %, so that 99.7 % is not printed as certainty."""
    if not math.isfinite(probability) or not -1e-9 <= probability <= 1 + 1e-9:
        raise ValueError(f"{probability} is not a probability")
    hundredths = min(1.0, max(0.0, probability)) * 100.0
    places = 1 if hundredths < 1 or hundredths > 99 else 0
    text = f"{hundredths:.{places}f}"
    return f"{text.removesuffix('.0')} %"


def quantity(value: float, unit: str, digits: int = 3) -> str:
    """A number with its unit: "9.81 m/s²", "108 steps/min", "142 steps", "72 %"; "1" and "" print no unit.

    A share measured in percent is expected in percent already (0…100).
    """
    text = number(value, digits)
    if unit in ("", "1"):
        return text
    if unit in PLURAL_UNITS:
        return f"{text} {PLURAL_UNITS[unit] if text == '1' else unit}"
    return f"{text} {unit}"


def counted(n: int, singular: str, plural: str | None = None) -> str:
    """ "no episodes", "1 episode", "3 episodes"."""
    plural = plural or f"{singular}s"
    return f"no {plural}" if n == 0 else f"{number(n)} {singular if n == 1 else plural}"


def times_phrase(n: int) -> str:
    """ "never", "once", "twice", "3 times"."""
    return {0: "never", 1: "once", 2: "twice"}.get(n) or f"{number(n)} times"


def ordinal(n: int) -> str:
    """ "first" … "tenth", then "11th", "21st"; ValueError below 1."""
    if n < 1:
        raise ValueError(f"there is no {n}th of anything")
    if n <= len(ORDINALS):
        return ORDINALS[n - 1]
    suffix = "th" if 10 < n % 100 < 20 else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n}{suffix}"


def cardinal(n: int) -> str:
    """0 … 99 in words: "zero", "seven", "forty-two"; digits above."""
    if n < 0 or n > 99:
        return number(n)
    if n < 20:
        return CARDINALS[n]
    tens, ones = divmod(n, 10)
    return TENS[tens - 2] + (f"-{CARDINALS[ones]}" if ones else "")
