"""The closed vocabulary of a checkable sentence. A word that is neither here nor a name from the facts cannot be checked.

Each entry maps words to a kind (and a key). `filler` words carry no claim in any arrangement; everything else does,
or steers which claim is made, and must be consumed by one.
"""

from __future__ import annotations

from agents.wording.phrases import CHANNELS, TREND_WORDS

_FILLER = """
a an the this that these those it its they them their he she his her person wearer user subject someone who which what where
is are was were be been being has have had having do does did done
there here also overall as so thus hence therefore about
of on for over during per or kind type some any such
directly immediately straight right just exactly precisely roughly approximately
shows show showed shown according see sees found find finds detected detect detects measured measures recorded seen observed observes identified
value values figure number amount level reading readings
time moment point mark span window part section place long
with within among out up
carried performed engaged engaging doing spent spending made making
continuous continuously uninterrupted separate distinct different modalities
person's wearer's user's
device sensor data signal samples
into through then
model's
yes indeed specifically namely i e
taken came come comes coming counted across adding made
"""
# Taken out of the fillers above by the kinds below, which win.

_KINDS: dict[str, dict[str, str]] = {
    "edge": {
        "start": "start|starts|started|starting|begin|begins|began|begun|beginning|onset|commenced|commences",
        "end": "end|ends|ended|ending|finish|finishes|finished|stop|stops|stopped|stopping|concluded",
    },
    "lasting": {"": "last for|lasts|lasted|lasting|took|takes|taking|duration|durations|length|spent|spends|occupied|occupies|long|accounts for|accounted for|makes up|made up"},
    "total": {"": "in all|in total|total|totals|totalled|totaled|totalling|totaling|altogether|all together|combined|summed|summing|cumulatively|sum|adds up to|added up to|adding up to|add up to|taken together"},
    "recording": {"": "recording|recordings|file|session|record"},
    "episode": {"": "episode|episodes|bout|bouts|stretch|stretches|segment|segments|period|periods|occurrence|occurrences|phase|phases|spell|spells|occasion|occasions|run of"},
    "activity": {"": "activity|activities|action|actions|behaviour|behavior"},
    "happen": {"": "happen|happens|happened|occur|occurs|occurred|appear|appears|appeared|took place|takes place"},
    "confidence": {"": "confidence|confident|certainty|certain|sure|probability|probabilities|chance|likelihood|score|scores|scored|scoring"},
    "expected": {"": "expected|expect|expects|forecast|forecasts|forecasted|anticipated|anticipate|anticipates|will|upcoming|predicted next|comes next|come next|coming next|likely to|likely next|probably"},
    "next": {"": "next|runner - up|runner up|second choice|second place|second most likely|next most likely|next best"},
    "alternative": {"": "alternative|alternatives|other options|other candidates|other candidate"},
    "labelled": {"": "labelled|labeled|marked|carry the label|carries the label|carried the label|bear the label|bears the label|label|labels"},
    "nearest": {"": "nearest|closest|most similar"},
    "exemplar": {"": "exemplar|exemplars|neighbour|neighbours|neighbor|neighbors|example|examples|reference recordings|matches"},
    "speaker": {
        "motion": "motion model|motion classifier|classifier|motion sensor model|motion network|movement model|motion|motion model alone|motion data|motion modality",
        "sound": "sound tagger|sound model|audio model|audio tagger|sound classifier|sound|audio|sounds|sound data|audio data|sound modality|audio modality",
        "alike": "labelled sounds|labeled sounds",
        "llm": "language model|llm|large language model",
        "pool": "log - linear pool|log linear pool|pool|linear pool|opinion pool",
        "embedding": "sentence embedding|embedding|sentence embedding model",
        "context": "context",
        "caption": "sound caption|audio caption",
    },
    "say": {"top": "say|says|said|hear|hears|heard|report|reports|reported|predict|predicts|predicted|suggest|suggests|suggested|favour|favours|favoured|favors|favored|favor|choose|chooses|chose|recognise|recognises|recognised|recognizes|recognized|thinks|think|indicates|indicated|points to|pointed to|believes|ranks|ranked|puts|put|classifies|classified|labels it|considers|considered|reads|answers|answered|opts for|goes for|votes for|vote for|voted for|top",
            "any": "gives|gave|give|assigns|assigned|assign|allots|grants"},
    "first_rank": {"": "first place|top choice|top label|first choice|top guess|best guess|most likely"},
    "decided": {"": "decided|decides|decide|decision|decisions|settled on|settles on|final|finally chosen|picked|picks|chosen|decided on|decided for|made the decision|was decided by|the choice of|chosen by|fused"},
    "without": {"": "without|leaving out|left out|ignoring|in the absence of|excluding|if not for|dropping"},
    "if": {"": "if"}, "again": {"": "again|once more"}, "majority": {"": "most of|the majority of|a majority of|most"},
    "would": {"": "would|would have been|had been|would be"},
    "unchanged": {"": "still"},
    "instead": {"": "instead|change to|changes to|changed to|become|becomes"},
    "agree": {"": "agree|agrees|agreed|agreement"},
    "weight": {"": "weight|weights|weighted"},
    "than": {"": "than"},
    "as": {"": "as"},
    "by": {"": "by"},
    "against": {"": "against|versus|vs|compared with|compared to|as opposed to"},
    "more": {
        "longer": "longer|last longer", "shorter": "shorter", "more": "more|greater|larger|higher|faster|bigger|stronger|exceeds|exceeded",
        "less": "less|fewer|lower|smaller|slower|weaker",
        "equal": "equally|equal|the same|same|as long as|last as long as|as much|as many|as often|identical", "twice": "twice as|double|twice the", "half": "half as|half the",
    },
    "often": {"": "often|frequently|frequent|common"},
    "order": {
        "before": "before|prior to|precedes|preceded|earlier than|ahead of|leads to|led to|gave way to|gives way to|followed by|changed into|turned into",
        "after": "after|following|later than|follows|followed|preceded by|succeeded|came after",
        "then": "then|subsequently|afterwards|next came|and then|later",
    },
    "negation": {"": "no|not|never|none|nothing|neither|nor|didn't|wasn't|isn't|weren't|doesn't|don't|aren't|hasn't|hadn't|cannot|can't|couldn't|absent|missing|lacks|lack|lacking"},
    "no_data": {"": "no data|no samples|no signal|no measurements|data gap|gap|gaps|data are missing|data is missing|nothing was recorded|no sensor data|without data"},
    "unknown": {"": "unknown|unrecognised|unrecognized|undetermined|could not be determined|cannot be determined|could not be recognised|could not be recognized|cannot be told|could not be told"},
    "ordinal": {
        "first": "first|initial|earliest|initially|1st", "last": "last|final|latest|finally|lastly",
        "longest": "longest|lengthiest|most time|most of the time|greatest share", "shortest": "shortest|briefest|least time",
    },
    "share": {"": "of the recording|of the file|of the session|of the recorded time|of the time|of the recording time|share|fraction|proportion|of the whole recording|of the total time|of the total recording"},
    "statistic": {
        "mean": "mean|average|averages|averaged|averaging", "std": "standard deviation|std|std dev|stddev|sd|spread", "min": "minimum|lowest|smallest|min|minimal",
        "max": "maximum|highest|largest|peak|max|peaks|peaked|maximal|peaking", "median": "median", "rms": "root mean square|rms|root - mean - square", "range": "range|peak to peak|peak - to - peak|ranges over",
    },
    "trend_noun": {"": "trend|tendency|direction|trends|trended|trending"},
    "event": {
        "impact": "impact|impacts|jolt", "posture_change": "posture change|posture changes|change of posture|changes of posture|change in posture|postural change|postural changes|postural transition|postural transitions",
        "still_bout": "keeps still|kept still|keep still|is still|was still|held still|motionless|stays still|stayed still|still bout|still bouts|did not move|does not move|without moving|no movement",
        "cadence": "cadence|pace|step rate|stepping rate|walking pace",
    },
    "throughout": {"": "throughout|the whole time|all the time|the entire time"},
    "inside": {"": "within"},
    "only": {"": "only|alone"},
    "each": {"": "each|apiece|both|all|every|all of|every one of"},
    "rate": {"": "sampled|sampling rate|sample rate|rate|sampling"},
    "streams": {"": "stream|streams"},
    "change": {"": "changed|changes|change|switched|switches|went|moved on|moves on|transition|transitions|transitioned|passed"},
    "from": {"": "from|since"}, "to": {"": "to|until|till|up to|through"}, "between": {"": "between"}, "and": {"": "and|&|as well as|plus"}, "at": {"": "at|around"},
    "but": {"": "but|while|whereas|although|though|however"},
    "in": {"": "in"}, "of": {"": "of|out of"},
    "about": {"about": "about|around|roughly|approximately|some|nearly|almost|close to|circa|ca", "over": "over|more than|at least|above|exceeding", "under": "under|less than|at most|below|fewer than|no more than"},
}  # fmt: skip

# Nouns that a whole number may count, with the key under which the count is looked up.
COUNTED = {
    "episode": "episodes", "activity": "activities", "exemplar": "exemplars", "streams": "streams", "step": "steps", "sample": "samples",
    "window": "windows", "times": "times", "channel_noun": "channels",
}  # fmt: skip
_NOUNS = {
    "step": "step|steps|strides|footsteps",
    "sample": "sample|samples|data points|values recorded",
    "window": "window|windows",
    "times": "time|times",
    "channel_noun": "channel|channels",
}
_GROUPS = {
    "acceleration": "acc", "accelerometer": "acc", "gyroscope": "gyro", "rotation": "gyro", "angular velocity": "gyro", "angular rate": "gyro", "gravity": "gravity",
    "microphone": "sound", "loudness": "sound",
}  # fmt: skip

Entry = tuple[str, str]


def _phrases() -> dict[tuple[str, ...], Entry]:
    table: dict[tuple[str, ...], Entry] = {(word,): ("filler", "") for word in _FILLER.split()}
    for kind, nouns in _NOUNS.items():
        table.update({tuple(noun.split()): (kind, "") for noun in nouns.split("|")})
    for kind, keys in _KINDS.items():
        for key, phrases in keys.items():
            for phrase in phrases.split("|"):
                atoms = tuple(phrase.replace("'", " ' ").split())
                if kind != "about" or len(atoms) > 1 or atoms[0] not in {"around", "some", "over", "about"}:
                    table[atoms] = (kind, key)
    for word in ("about", "roughly", "approximately", "around", "over", "some"):
        table[(word,)] = ("about", "over" if word == "over" else "about")
    for trend, words in TREND_WORDS.items():
        table.update({(word,): ("trend", trend) for word in words})
    table[("no", "trend")] = ("trend", "steady")
    for phrase, group in _GROUPS.items():
        table[tuple(phrase.split())] = ("sensor", group)
    for channel, phrase in CHANNELS.items():
        table[tuple(phrase.split())] = ("channel", channel)
        for other in _channel_spellings(channel, phrase):
            table[tuple(other.split())] = ("channel", channel)
    return table


def _channel_spellings(channel: str, phrase: str) -> list[str]:
    kind, _, axis = channel.partition("_")
    long = {
        "acc": ("acceleration", "accelerometer", "acc"),
        "gyro": ("rotation", "gyroscope", "gyro", "angular velocity", "rotation rate"),
        "gravity": ("gravity",),
    }.get(kind, ())
    if axis == "magnitude":
        return [
            form
            for name in long
            for form in (f"{name} magnitude", f"magnitude of {name}", f"magnitude of the {name}", f"total {name}")
        ]
    return [form for name in long for form in (f"{name} {axis}", f"{axis} {name}", f"{axis} - axis {name}", f"{axis} axis {name}", f"{name} on the {axis} axis",
            f"{name} along {axis}", f"{name} along the {axis} axis", f"{name} in {axis}", f"{axis} axis of the {name}", f"{axis} component of the {name}", f"{name} ( {axis} )",
            f"{name} ' s {axis} axis", f"{name} along the {axis} - axis", f"{axis} - axis of the {name}", f"{axis} - component of the {name}")]  # fmt: skip


PHRASES = _phrases()
