"""Questions about what did not happen, sensors that were not there, and times that were not recorded."""

from __future__ import annotations

import random
from collections.abc import Iterator

from agents.timeline import TimelineRecord
from agents.wording import activity_phrase, base_phrase, clock
from evals.questions.item import Item

# Told apart by some model of ours: asked only where the timeline does not hold them.
KNOWN = (
    "running", "jumping", "typing", "writing", "clapping", "brushing_teeth", "drinking", "eating_soup", "eating_pasta",
    "folding_clothes", "dribbling_ball", "kicking_ball", "walking_upstairs", "lying", "elevator_up", "standing", "walking",
)  # fmt: skip
# Told apart by none.
FOREIGN = (
    ("swimming", "swim"), ("cycling", "cycle"), ("sleeping", "sleep"), ("driving", "drive"), ("dancing", "dance"), ("skiing", "ski"),
    ("playing tennis", "play tennis"), ("rowing", "row"), ("climbing a tree", "climb a tree"), ("juggling", "juggle"),
    ("playing the violin", "play the violin"), ("milking a cow", "milk a cow"), ("skydiving", "skydive"), ("fencing", "fence"),
    ("whistling", "whistle"), ("snowboarding", "snowboard"),
)  # fmt: skip
SENSORS = (
    "What was my heart rate?", "What was my average pulse while walking?", "Where was I at 0:30?", "Which city was I in?",
    "How many calories did I burn?", "What was my blood oxygen?", "What was the room temperature?", "How fast was I going?",
    "What did the magnetometer show?", "What was the air pressure?", "How far did I walk?", "What was my blood pressure?",
    "What was my breathing rate?", "Was my stress level high?", "What was the humidity?", "Show me the ECG.", "What was my HRV?",
    "What was my skin temperature?", "What did the camera see?", "What was the maximum heart rate between 0:10 and 0:40?",
)  # fmt: skip
SOUNDS = (
    "What sounds were heard?",
    "What could be heard on the microphone?",
    "What noises were there between 0:10 and 0:30?",
)


def absent_items(timeline: TimelineRecord, rng: random.Random) -> Iterator[Item]:
    """One question of each kind, random slots."""
    rid, there = timeline.recording.id, {e.activity for e in timeline.episodes}
    missing = [label for label in KNOWN if label not in there]
    label = rng.choice(missing)
    name, base = activity_phrase(label), base_phrase(label)
    forms = [
        f"Did I {base}?", f"Was I {name} at all?", f"How long was I {name}?", f"When was I {name}?", f"How many times was I {name}?",
        f"What did I do after {name}?", f"Why do you think I was {name}?", f"How many steps did I take while {name}?",
        f"What share of the recording was {name}?", f"How long was the longest {name} episode?",
    ]  # fmt: skip
    yield Item(rid, "absent_activity", rng.choice(forms), "absent", False)
    gerund, verb = rng.choice(FOREIGN)
    forms = [
        f"Did I {verb}?",
        f"How long was I {gerund}?",
        f"When was I {gerund}?",
        f"Was there any {gerund}?",
        f"How many times did I {verb}?",
        f"What did I do before {gerund}?",
    ]
    yield Item(rid, "foreign_activity", rng.choice(forms), "absent", False)
    yield Item(rid, "absent_sensor", rng.choice(SENSORS), "no_sensor", None)
    if not any(s.modality == "audio" for s in timeline.recording.streams):
        yield Item(rid, "absent_sound", rng.choice(SOUNDS), "no_sensor", None)
    past_end = timeline.recording.duration_s + rng.randrange(60, 4000)
    yield Item(rid, "after_the_end", f"What was I doing at {clock(past_end)}?", "no_time", None)
