"""Words of a question → activities, channels, quantities, sensors. Plain tables; the longest match wins."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from agents.questions.query import Mention
from agents.wording import activity_forms, activity_phrase

# Families: what a person says → the labels of any vocabulary that belong to it (matched by prefix or name).
FAMILIES: dict[str, tuple[str, ...]] = {
    "stairs": ("stairs", "walking_upstairs", "walking_downstairs"),
    "eating": ("eating", "eating_*"),
    "elevator": ("elevator_*",),
    "ball": ("catching_ball", "dribbling_ball", "kicking_ball"),
    "hygiene": ("brushing_teeth",),
}

# label → other ways to say it (lower case). The label's own words with their verb forms are added by rule.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "walking": ("walk", "walked", "walks", "stroll", "strolling", "strolled", "on foot"),
    "walking_left": ("walk left", "walked left", "turn left", "turning left", "turned left"),
    "walking_right": ("walk right", "walked right", "turn right", "turning right", "turned right"),
    "walking_upstairs": (
        "walk upstairs",
        "walked upstairs",
        "climb stairs",
        "climb the stairs",
        "climbed stairs",
        "climbed the stairs",
        "climbing stairs",
        "climbing the stairs",
        "go upstairs",
        "went upstairs",
        "going upstairs",
        "upstairs",
        "up the stairs",
        "ascending stairs",
        "stairs up",
    ),
    "walking_downstairs": (
        "walk downstairs",
        "walked downstairs",
        "descend stairs",
        "descended stairs",
        "descending stairs",
        "descending the stairs",
        "go downstairs",
        "went downstairs",
        "going downstairs",
        "downstairs",
        "down the stairs",
        "stairs down",
    ),
    "running": ("run", "ran", "runs", "jog", "jogged", "jogging", "sprint", "sprinting"),
    "jumping": ("jump", "jumped", "jumps", "hop", "hopping", "hopped"),
    "sitting": ("sit", "sat", "sits", "seated", "sit down", "sitting down"),
    "standing": ("stand", "stood", "stands", "standing still", "upright"),
    "lying": ("lie", "lay", "lying down", "lie down", "laying", "lay down", "lain", "laid down", "laying down"),
    "elevator_up": ("elevator up", "lift up", "took the elevator up", "riding the elevator up"),
    "elevator_down": ("elevator down", "lift down", "took the elevator down", "riding the elevator down"),
    "typing": ("type", "typed", "keyboard", "at the keyboard"),
    "writing": ("write", "wrote", "written", "handwriting"),
    "clapping": ("clap", "clapped", "applaud", "applauding"),
    "brushing_teeth": (
        "brush my teeth",
        "brushed my teeth",
        "brush teeth",
        "brushed teeth",
        "brushing my teeth",
        "tooth brushing",
        "toothbrushing",
        "brush their teeth",
        "brushing their teeth",
    ),
    "drinking": ("drink", "drank", "drunk", "sip", "sipping"),
    "eating_soup": ("eat soup", "ate soup"),
    "eating_chips": ("eat chips", "ate chips"),
    "eating_pasta": ("eat pasta", "ate pasta"),
    "eating_sandwich": ("eat a sandwich", "ate a sandwich", "eating a sandwich", "eat sandwich", "ate sandwich"),
    "folding_clothes": ("fold clothes", "folded clothes", "fold laundry", "folding laundry", "fold the laundry"),
    "catching_ball": ("catch a ball", "catching a ball", "caught a ball", "play catch", "playing catch", "catch ball"),
    "dribbling_ball": ("dribble", "dribbled", "dribbling", "dribble a ball", "dribbling a ball", "basketball"),
    "kicking_ball": (
        "kick a ball",
        "kicking a ball",
        "kicked a ball",
        "kick",
        "kicked",
        "soccer",
        "kicking",
        "football",
    ),
    "washing_dishes": (
        "wash dishes",
        "wash the dishes",
        "washed the dishes",
        "do the dishes",
        "did the dishes",
        "washing the dishes",
        "doing the dishes",
        "washing up",
        "dishes",
    ),
    "stand_to_sit": ("stand to sit", "sat down"),
    "sit_to_stand": ("sit to stand", "stood up", "stand up", "got up", "get up"),
    "sit_to_lie": ("sit to lie",),
    "lie_to_sit": ("lie to sit",),
    "stand_to_lie": ("stand to lie",),
    "lie_to_stand": ("lie to stand",),
    "unknown": ("unknown activity", "unknown"),
    "no_data": ("no data",),
}
FAMILY_WORDS: dict[str, tuple[str, ...]] = {
    "stairs": (
        "stairs",
        "staircase",
        "stair climbing",
        "on the stairs",
        "use the stairs",
        "take the stairs",
        "took the stairs",
    ),
    "eating": ("eat", "ate", "eating", "eaten", "have a meal", "had a meal", "meal"),
    "elevator": (
        "elevator",
        "lift",
        "take the elevator",
        "took the elevator",
        "riding the elevator",
        "ride the elevator",
    ),
    "ball": ("play with a ball", "playing with a ball", "play ball", "playing ball"),
}

# Activities that no model of ours knows: recognised so that they are answered "no", not misread as something near.
FOREIGN = (
    "swim",
    "swimming",
    "swam",
    "cycle",
    "cycling",
    "cycled",
    "bike",
    "biking",
    "biked",
    "bicycle",
    "sleep",
    "sleeping",
    "slept",
    "asleep",
    "drive",
    "driving",
    "drove",
    "dance",
    "dancing",
    "danced",
    "ski",
    "skiing",
    "skied",
    "row",
    "rowing",
    "rowed",
    "yoga",
    "climb a mountain",
    "play tennis",
    "playing tennis",
    "tennis",
    "golf",
    "golfing",
    "play golf",
    "play the piano",
    "playing the piano",
    "piano",
    "guitar",
    "play guitar",
    "play the guitar",
    "read",
    "reading",
    "read a book",
    "reading a book",
    "smoke",
    "smoking",
    "smoked",
    "shower",
    "showering",
    "take a shower",
    "skate",
    "skating",
    "skateboarding",
    "surf",
    "surfing",
    "hike",
    "hiking",
    "hiked",
    "push-ups",
    "do push-ups",
    "doing push-ups",
    "lift weights",
    "lifting weights",
    "weightlifting",
    "ride a horse",
    "horse riding",
    "riding a horse",
    "meditate",
    "meditating",
    "paint",
    "painting",
    "painted",
    "iron",
    "ironing",
    "ironed",
    "vacuum",
    "vacuuming",
    "vacuumed",
    "sing",
    "singing",
    "sang",
    "fly",
    "flying",
    "flew",
    "crawl",
    "crawling",
    "crawled",
    "fall",
    "fell",
    "falling",
    "box",
    "boxing",
    "knit",
    "knitting",
    "sew",
    "sewing",
    "garden",
    "gardening",
    "fish",
    "fishing",
    "shop",
    "shopping",
    "argue",
    "arguing",
    "fight",
    "fighting",
    "cook",
    "cooking",
    "cooked",
    "phone call",
    "talk on the phone",
    "watch tv",
    "watching tv",
    "watch television",
    "play chess",
    "playing chess",
    "ride a bus",
    "take the bus",
    "shave",
    "shaving",
    "sneeze",
    "sneezing",
    "cough",
    "coughing",
)

_GERUNDS = {
    "swim": "swimming", "swam": "swimming", "cycle": "cycling", "cycled": "cycling", "bike": "biking", "biked": "biking",
    "sleep": "sleeping", "slept": "sleeping", "drive": "driving", "drove": "driving", "dance": "dancing", "danced": "dancing",
    "ski": "skiing", "skied": "skiing", "row": "rowing", "rowed": "rowing", "climb": "climbing", "play": "playing", "read": "reading",
    "smoke": "smoking", "smoked": "smoking", "take": "taking", "skate": "skating", "surf": "surfing", "hike": "hiking", "hiked": "hiking",
    "do": "doing", "lift": "lifting", "ride": "riding", "meditate": "meditating", "paint": "painting", "painted": "painting",
    "iron": "ironing", "ironed": "ironing", "vacuum": "vacuuming", "vacuumed": "vacuuming", "sing": "singing", "sang": "singing",
    "fly": "flying", "flew": "flying", "crawl": "crawling", "crawled": "crawling", "fall": "falling", "fell": "falling", "box": "boxing",
    "knit": "knitting", "sew": "sewing", "fish": "fishing", "shop": "shopping", "argue": "arguing", "fight": "fighting", "cook": "cooking",
    "cooked": "cooking", "talk": "talking", "watch": "watching", "shave": "shaving", "sneeze": "sneezing", "cough": "coughing",
    "garden": "gardening", "golf": "golfing", "shower": "showering",
}  # fmt: skip

SENSORS: dict[str, tuple[str, ...]] = {
    "heart rate": ("heart rate", "heartrate", "pulse", "bpm", "heart beat", "heartbeat", "beats per minute", "heart"),
    "heart rate variability": ("hrv", "heart rate variability"),
    "blood oxygen": ("spo2", "blood oxygen", "oxygen saturation", "oxygen"),
    "blood pressure": ("blood pressure",),
    "skin temperature": ("skin temperature", "body temperature", "fever"),
    "temperature": ("temperature", "how warm", "how cold", "how hot"),
    "location": (
        "gps",
        "location",
        "latitude",
        "longitude",
        "where was i",
        "where did i go",
        "which city",
        "address",
        "distance",
        "how far",
    ),
    "speed": ("speed", "how fast", "km/h", "velocity"),
    "ECG": ("ecg", "ekg", "electrocardiogram"),
    "EEG": ("eeg", "brain waves", "brainwaves"),
    "EMG": ("emg", "muscle activity"),
    "skin conductance": ("eda", "gsr", "skin conductance", "electrodermal"),
    "respiration": ("respiration", "breathing rate", "breaths", "respiratory rate"),
    "light": ("light level", "ambient light", "lux", "brightness", "light sensor"),
    "humidity": ("humidity",),
    "air pressure": ("air pressure", "barometer", "barometric", "altitude", "elevation", "floors climbed"),
    "magnetometer": ("magnetometer", "magnetic field", "compass", "heading"),
    "calories": ("calories", "kcal", "energy expenditure", "calorie"),
    "glucose": ("glucose", "blood sugar"),
    "stress": ("stress level", "stress"),
    "weight": ("my weight", "body weight", "weigh"),
    "sleep stages": ("sleep stage", "sleep stages", "rem sleep", "deep sleep"),
    "camera": ("camera", "video", "photo", "picture"),
    "screen": ("screen time",),
}

QUANTITIES: dict[str, tuple[str, ...]] = {
    "mean": ("mean", "average", "avg"),
    "std": ("standard deviation", "std", "stdev", "std dev", "deviation"),
    "min": ("minimum", "min", "lowest", "smallest"),
    "max": ("maximum", "max", "highest", "peak", "largest", "strongest"),
    "median": ("median",),
    "rms": ("rms", "root mean square"),
    "range": ("peak-to-peak", "peak to peak", "range"),
    "dominant_frequency": ("dominant frequency", "main frequency", "peak frequency", "strongest frequency"),
}
AXIS = re.compile(r"\b(acc|gyro)_([xyz])\b")
AXIS_PHRASES = (
    re.compile(r"\b(?P<axis>[xyz])[- ]?axis\b(?:\s+of)?(?:\s+the)?(?P<rest>.{0,40})"),
    re.compile(
        r"\b(?P<sensor>accelerometer|acceleration|accel|acc|gyroscope|gyro|rotation|angular velocity)(?:'s)?\s+(?:along\s+|on\s+|in\s+|about\s+)?(?:the\s+)?(?P<axis>[xyz])\b"
    ),
    re.compile(
        r"\b(?P<axis>[xyz])\s+(?P<sensor>accelerometer|acceleration|accel|acc|gyroscope|gyro|rotation|angular velocity)\b"
    ),
)
ACCELERATION_WORDS = ("accelerometer", "acceleration", "accel", "acc_magnitude")
ROTATION_WORDS = ("gyroscope", "gyro", "rotation rate", "angular velocity", "turn rate", "rotation", "gyro_magnitude")


@dataclass(frozen=True, slots=True)
class Found:
    start: int
    end: int
    mention: Mention


def activity_words(label: str) -> tuple[str, ...]:
    """A label's own words: `walking_upstairs` → "walking upstairs", "walking_upstairs"."""
    return (label.replace("_", " "), label)


def gerund(words: str) -> str:
    """ "swim" → "swimming", "ride a horse" → "riding a horse"; words that are no verb of the tables stay as they are."""
    verb, _, rest = words.partition(" ")
    if verb.endswith("ing") or verb not in _GERUNDS:
        return words
    return f"{_GERUNDS[verb]} {rest}".strip()


def family_labels(family: str, vocabulary: Iterable[str]) -> tuple[str, ...]:
    chosen = []
    for pattern in FAMILIES[family]:
        for label in vocabulary:
            if label == pattern or (pattern.endswith("*") and label.startswith(pattern[:-1])):
                chosen.append(label)
    return tuple(dict.fromkeys(chosen))


@lru_cache(maxsize=32)
def _phrases(vocabulary: tuple[str, ...]) -> tuple[tuple[re.Pattern[str], Mention], ...]:
    entries: dict[str, Mention] = {}
    for word in FOREIGN:
        entries[word] = Mention(text=gerund(word))
    for label, words in SYNONYMS.items():
        for word in (*activity_words(label), *words):
            # A known word outside this vocabulary keeps the label's own wording: "run" is then "running".
            entries[word] = (
                Mention(text=word, labels=(label,)) if label in vocabulary else Mention(text=activity_phrase(label))
            )
    for label in vocabulary:
        for word in (*activity_forms(label), *activity_words(label)):
            entries[word] = Mention(text=word, labels=(label,))
    for family, words in FAMILY_WORDS.items():
        labels = family_labels(family, vocabulary)
        for word in words:
            entries[word] = Mention(text=word, labels=labels)
    # Up or down cannot be told at the wrist: either asks for the stairs that can.
    if "stairs" in vocabulary and "walking_upstairs" not in vocabulary:
        for label in ("walking_upstairs", "walking_downstairs"):
            for word in (*activity_words(label), *SYNONYMS[label]):
                entries[word] = Mention(text=activity_phrase(label))
    ordered = sorted(entries.items(), key=lambda item: -len(item[0]))
    return tuple((re.compile(rf"(?<![\w-]){re.escape(word)}(?![\w-])"), mention) for word, mention in ordered)


def find_activities(question: str, vocabulary: tuple[str, ...]) -> list[Found]:
    """Activities named in `question` (lower case), in order, longest words first, never overlapping."""
    found: list[Found] = []
    for pattern, mention in _phrases(vocabulary):
        for match in pattern.finditer(question):
            if all(match.end() <= other.start or match.start() >= other.end for other in found):
                found.append(Found(match.start(), match.end(), mention))
    return sorted(found, key=lambda item: item.start)


def _contains(question: str, words: Iterable[str]) -> str | None:
    for word in sorted(words, key=len, reverse=True):
        if re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", question):
            return word
    return None


def find_sensor(question: str) -> str | None:
    """A sensor other than motion and sound that the question asks about."""
    for name, words in SENSORS.items():
        if _contains(question, words):
            return name
    return None


def find_quantity(question: str) -> str | None:
    percentile = re.search(r"\b(\d{1,2})(?:st|nd|rd|th)\s+percentile\b", question)
    if percentile:
        return f"percentile_{int(percentile[1])}"
    for name in ("dominant_frequency", "std", "rms", "median", "mean", "max", "min", "range"):
        if _contains(question, QUANTITIES[name]):
            return name
    return None


def find_channel(question: str) -> str | None:
    """`acc_x`, `gyro_magnitude`, … or None. "acceleration" alone is its magnitude."""
    if exact := AXIS.search(question):
        return exact[0]
    for pattern in AXIS_PHRASES:
        if match := pattern.search(question):
            parts = match.groupdict()
            sensor = parts.get("sensor") or (parts.get("rest") or "") + question
            return f"{'gyro' if _contains(sensor, ROTATION_WORDS) else 'acc'}_{match['axis']}"
    if _contains(question, ROTATION_WORDS):
        return "gyro_magnitude"
    if _contains(question, ACCELERATION_WORDS) or "magnitude" in question:
        return "acc_magnitude"
    return None
