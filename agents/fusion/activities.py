"""The activities that can be decided: words for them, and which movements and sounds go with them.

Written from general knowledge before any fused result was seen. A sound is named as either of the two taggers names it
(the shipped one, or AudioSet's names for YAMNet); what a tagger does not know is ignored.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Activity:
    """phrase completes "The person is …". description: one generic sentence. motion: label → share of the time.

    sounds: tags that suggest it; empty for what makes no sound of its own.
    """

    name: str
    phrase: str
    description: str
    motion: dict[str, float] = field(default_factory=dict)
    sounds: tuple[str, ...] = ()


def _moving(name: str, phrase: str, description: str, *sounds: str) -> Activity:
    return Activity(name, phrase, description, {name: 1.0}, sounds)


_STEPS = ("Walk, footsteps", "Run")

ACTIVITIES: tuple[Activity, ...] = (
    _moving("walking", "walking", "A person walks on level ground at an even pace.", *_STEPS),
    _moving("walking_left", "walking to the left", "A person walks along a curve to the left.", *_STEPS),
    _moving("walking_right", "walking to the right", "A person walks along a curve to the right.", *_STEPS),
    _moving("walking_upstairs", "walking upstairs", "A person climbs a flight of stairs step by step.", *_STEPS),
    _moving("walking_downstairs", "walking downstairs", "A person goes down a flight of stairs step by step.", *_STEPS),
    _moving("stairs", "using stairs", "A person goes up or down a flight of stairs.", *_STEPS),
    _moving("running", "running", "A person runs or jogs.", "Run"),
    _moving("jumping", "jumping", "A person jumps up and down."),
    _moving("sitting", "sitting", "A person sits still on a chair or sofa."),
    _moving("standing", "standing", "A person stands still on both feet."),
    _moving("lying", "lying down", "A person lies still, resting or sleeping.", "Snoring"),
    _moving("elevator_up", "riding an elevator up", "A person stands in an elevator that goes up."),
    _moving("elevator_down", "riding an elevator down", "A person stands in an elevator that goes down."),
    Activity(
        "typing",
        "typing",
        "A person types on the keyboard of a computer at a desk.",
        {"typing": 0.7, "sitting": 0.2, "writing": 0.1},
        ("keyboard_typing", "Typing", "Computer keyboard", "Typewriter"),
    ),
    _moving("writing", "writing", "A person writes by hand with a pen on paper.", "Writing"),
    _moving("clapping", "clapping", "A person claps their hands.", "Clapping", "Applause"),
    _moving(
        "brushing_teeth",
        "brushing teeth",
        "A person brushes their teeth at a bathroom basin.",
        "Toothbrush",
        "Electric toothbrush",
        "running_water",
        "Water tap, faucet",
        "Sink (filling or washing)",
    ),
    _moving("drinking", "drinking", "A person drinks from a cup or glass.", "Pour", "Gargling"),
    _moving("eating_soup", "eating soup", "A person eats soup from a bowl with a spoon.", "cutlery_and_plates", "Cutlery, silverware", "Chewing, mastication"),
    _moving("eating_chips", "eating chips", "A person eats chips by hand out of a bag.", "Crunch", "Chewing, mastication", "Crumpling, crinkling"),
    _moving("eating_pasta", "eating pasta", "A person eats pasta from a plate with a fork.", "cutlery_and_plates", "Cutlery, silverware", "Chewing, mastication"),
    _moving("eating_sandwich", "eating a sandwich", "A person eats a sandwich held in the hands.", "Chewing, mastication"),
    _moving("folding_clothes", "folding clothes", "A person folds clothes after the laundry."),
    _moving("catching_ball", "playing catch", "A person throws and catches a ball.", "Thump, thud"),
    _moving("dribbling_ball", "dribbling a ball", "A person bounces a basketball on the floor.", "Basketball bounce"),
    _moving("kicking_ball", "kicking a ball", "A person kicks a ball with the foot.", "Thump, thud"),
    _moving("stand_to_sit", "sitting down", "A standing person sits down."),
    _moving("sit_to_stand", "standing up", "A sitting person stands up."),
    _moving("sit_to_lie", "lying down from sitting", "A sitting person lies down."),
    _moving("lie_to_sit", "sitting up from lying", "A lying person sits up."),
    _moving("stand_to_lie", "lying down from standing", "A standing person lies down."),
    _moving("lie_to_stand", "getting up from lying", "A lying person gets up and stands."),
    Activity(
        "washing_dishes",
        "washing dishes",
        "A person washes plates and cutlery in a kitchen sink with running water.",
        {"standing": 0.3, "folding_clothes": 0.3, "brushing_teeth": 0.15, "drinking": 0.1, "eating_soup": 0.15},
        ("washing_dishes", "running_water", "cutlery_and_plates", "Dishes, pots, and pans", "Water tap, faucet", "Sink (filling or washing)", "Cutlery, silverware"),
    ),
    Activity(
        "cooking",
        "cooking",
        "A person prepares food in a kitchen, cutting, mixing and frying.",
        {"standing": 0.4, "walking": 0.2, "folding_clothes": 0.2, "eating_soup": 0.1, "drinking": 0.1},
        ("peeling", "blender_or_juicer", "appliance_hum", "cupboard_or_drawer", "Frying (food)", "Chopping (food)", "Blender", "Microwave oven", "Sizzle"),
    ),
    Activity(
        "washing_hands",
        "washing hands",
        "A person washes their hands under a tap.",
        {"standing": 0.5, "clapping": 0.2, "folding_clothes": 0.3},
        ("running_water", "Water tap, faucet", "Sink (filling or washing)"),
    ),
    Activity(
        "playing_with_pets",
        "playing with pets",
        "A person plays with a dog or a cat at home.",
        {"standing": 0.4, "walking": 0.3, "sitting": 0.3},
        ("dog_barking", "Dog", "Bark", "Cat", "Meow", "Domestic animals, pets"),
    ),
    Activity(
        "caring_for_a_baby",
        "caring for a baby",
        "A person looks after a baby that cries.",
        {"standing": 0.4, "walking": 0.3, "sitting": 0.3},
        ("baby_crying", "Baby cry, infant cry", "Baby laughter"),
    ),
    Activity(
        "vacuum_cleaning",
        "vacuum cleaning",
        "A person cleans the floor with a vacuum cleaner.",
        {"walking": 0.5, "standing": 0.3, "folding_clothes": 0.2},
        ("Vacuum cleaner",),
    ),
    Activity(
        "watching_tv",
        "watching TV",
        "A person sits and watches a film or a show on television.",
        {"sitting": 0.8, "lying": 0.2},
        ("Television", "Theme music", "Soundtrack music"),
    ),
    Activity(
        "listening_to_music",
        "listening to music",
        "A person listens to music at home.",
        {"sitting": 0.6, "lying": 0.2, "standing": 0.2},
        ("Music", "Radio", "Song"),
    ),
    Activity(
        "talking",
        "talking",
        "A person talks with other people.",
        {"sitting": 0.5, "standing": 0.4, "walking": 0.1},
        ("Conversation", "Speech"),
    ),
    Activity(
        "driving",
        "riding in a vehicle",
        "A person sits in a car or a bus that drives.",
        {"sitting": 1.0},
        ("Vehicle", "Car", "Bus", "Inside, public space"),
    ),
)  # fmt: skip
