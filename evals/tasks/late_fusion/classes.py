"""The twelve activities of the paper's set, in words fixed before any clip of the test groups was heard.

Descriptions are general knowledge about the activity; they were written once, and choices among them were made on development groups.
The author knew the class names and which data sets the clips come from, as any user of `clips.csv` does.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Class12:
    """name: as clips.csv says it. phrase completes "The person is …". short: one plain sentence about the activity.

    sounds: sentences about what is heard meanwhile. motion: movements of wisdm that belong to it; empty where there is no
    consistent one (or where the watch set has none).
    """

    name: str
    phrase: str
    short: str
    sounds: tuple[str, ...]
    motion: tuple[str, ...] = ()


CLASSES: tuple[Class12, ...] = (
    Class12(
        "vacuum cleaning",
        "vacuum cleaning",
        "A person cleans the floor with a vacuum cleaner.",
        ("The loud steady hum of a vacuum cleaner motor.", "An electric cleaning machine sucks up dust with a roaring noise."),
    ),
    Class12(
        "cooking",
        "cooking",
        "A person prepares food in a kitchen, cutting, mixing and frying.",
        ("Food sizzles and fries in a pan on the stove.", "A knife chops vegetables on a cutting board.", "Water boils and bubbles in a pot."),
    ),
    Class12(
        "doing laundry",
        "doing laundry",
        "A person washes clothes in a washing machine and folds them.",
        ("A washing machine motor rumbles and spins.", "Clothes are sorted and folded with a soft rustle of fabric."),
        ("folding_clothes",),
    ),
    Class12(
        "eating",
        "eating",
        "A person eats a meal.",
        ("Somebody chews and bites food.", "Cutlery touches a plate while somebody eats.", "Crunching of crisp food in the mouth."),
        ("eating_soup", "eating_chips", "eating_pasta", "eating_sandwich"),
    ),
    Class12(
        "playing basketball",
        "playing basketball",
        "A person dribbles and throws a basketball.",
        ("A ball bounces on the floor of a court.", "Shoes squeak in a sports hall while a basketball bounces."),
        ("dribbling_ball",),
    ),
    Class12(
        "playing soccer",
        "playing soccer",
        "A person kicks a soccer ball.",
        ("A foot kicks a ball on a field.", "Players shout and run on a soccer field."),
        ("kicking_ball",),
    ),
    Class12(
        "playing with pets",
        "playing with pets",
        "A person plays with a dog or a cat at home.",
        ("A dog barks or growls.", "A cat meows or purrs.", "A domestic animal makes a sound."),
    ),
    Class12(
        "reading a book",
        "reading a book",
        "A person sits quietly and reads a book.",
        ("Pages of a book are turned.", "Paper rustles in a quiet room."),
        ("sitting",),
    ),
    Class12(
        "using a computer",
        "using a computer",
        "A person works at a computer with keyboard and mouse.",
        ("Typing on a computer keyboard.", "A computer mouse clicks."),
        ("typing",),
    ),
    Class12(
        "washing dishes",
        "washing dishes",
        "A person washes plates and cutlery in a kitchen sink with running water.",
        ("Water runs from a tap into a sink.", "Dishes and plates clatter while they are washed.", "Splashing and scrubbing in a kitchen sink."),
    ),
    Class12(
        "watching TV",
        "watching TV",
        "A person sits and watches television.",
        ("Music and voices come from a television.", "A broadcast with speech, music and applause plays in the room."),
        ("sitting",),
    ),
    Class12(
        "workout/weightlifting",
        "working out",
        "A person exercises with weights or on a machine in a gym.",
        ("Exercise equipment moves with a rhythmic mechanical noise.", "Heavy breathing and the clank of weights in a gym."),
    ),
)  # fmt: skip

NAMES: tuple[str, ...] = tuple(item.name for item in CLASSES)
PHRASES: tuple[str, ...] = tuple(item.phrase for item in CLASSES)
# Too few source recordings to say anything about them: left out of the ten-class figure, never of the twelve-class one.
SCARCE = ("watching TV", "workout/weightlifting")
TEN: tuple[str, ...] = tuple(name for name in NAMES if name not in SCARCE)
