"""Questions whose form says what they ask. Ordered patterns; the first that fits decides the intent."""

from __future__ import annotations

import re
from datetime import datetime

from agents.questions.lexicon import Found, find_activities, find_channel, find_quantity, find_sensor
from agents.questions.query import About, Event, Extreme, Intent, Mention, Query
from agents.questions.times import TimeReference, find_time

_ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10,
    "last": -1, "final": -1,
}  # fmt: skip
_ORDINAL = re.compile(
    r"\b(?:the|my|that)\s+(" + "|".join(_ORDINALS) + r")\b(?!\s+(?:half|\d|two|three|few|second|minute|hour))"
)
_NTH_TIME = re.compile(r"\b(?:for\s+)?(?:the|a)\s+(" + "|".join(_ORDINALS) + r")\s+(?:time|episode|bout|period)\b")

_EVENTS: tuple[tuple[Event, re.Pattern[str]], ...] = (
    ("cadence", re.compile(r"\b(cadence|step rate|steps per minute|steps a minute|step frequency)\b")),
    ("steps", re.compile(r"\b(steps|step count|strides|footsteps? did i)\b")),
    (
        "posture_changes",
        re.compile(r"\b(posture changes?|change (?:of )?posture|changes? (?:of|in) posture|changed posture)\b"),
    ),
    ("impacts", re.compile(r"\b(impacts?|hard knocks?|jolts?)\b")),
    ("still_bouts", re.compile(r"\b(still bouts?|still periods?|periods? of stillness|bouts? of stillness)\b")),
)
_ABOUT: tuple[tuple[About, re.Pattern[str]], ...] = (
    ("duration", re.compile(r"\b(how long (?:is|was|does|did) (?:the|this|my) (?:whole |entire )?(?:recording|file|session)|(?:length|duration) of (?:the|this) (?:whole |entire )?(?:recording|file|session)|total duration of the recording|recording'?s? (?:length|duration))\b")),
    ("rate", re.compile(r"\b(sampling rate|sample rate|sampling frequency|how many hz|samples? per second|how often (?:was|were) .*sampled)\b")),
    ("samples", re.compile(r"\b(how many samples|number of samples|sample count)\b")),
    ("gaps", re.compile(r"\b(gaps?|missing (?:data|samples)|drop-?outs?)\b")),
    ("simulated", re.compile(r"\b(simulated|synthetic|real recording|is this real)\b")),
    ("start", re.compile(r"\b(when (?:did|does|was) (?:the|this) recording (?:start|begin|started|made)|what (?:date|day)|start time of the recording|recording start)\b")),
    ("sensors", re.compile(r"\b(which|what) (?:sensors?|channels?|streams?|signals?|devices?)\b|\bsensors? (?:are|were|does) ")),
    ("device", re.compile(r"\bwhere (?:was|is) (?:the )?(?:device|phone|watch|sensor)\b|\b(?:device|sensor) position\b")),
)  # fmt: skip

_WHY = re.compile(r"\b(why|how do you know|what makes you|what evidence|explain|on what basis|reason)\b")
_CONFIDENCE = re.compile(r"\b(how (?:sure|certain|confident)|confidence|probability|how likely)\b")
_NEXT = re.compile(
    r"\b(what(?:'s| is| comes| will| happens)? (?:coming )?next|what (?:will|would) i do|after the recording|predict|anticipate|forecast|going to do)\b"
)
_SUMMARY = re.compile(
    r"\b(summar|overview|what (?:did|have) i (?:do|done|been doing)(?: (?:all|in total|overall|during the recording|today))?\s*\??$|what was i doing\s*\??$|describe (?:the|my|this) (?:recording|day|session|activit)|list (?:the|my|all)|tell me what i did|timeline|what (?:happened|activities (?:are|were) (?:there|in|recorded|found))|which activities)"
)
_DISTINCT = re.compile(
    r"\bhow many (?:different|distinct|kinds of|types of|separate kinds of)\s*(?:of )?(?:things|activit\w*)|\bnumber of (?:different|distinct) activit\w*"
)
_HOW_LONG = re.compile(
    r"\b(how long|how much time|(?:total|overall) (?:time|duration)|duration of|for how many (?:seconds|minutes|hours)|how many (?:seconds|minutes|hours)|time (?:spent|did i spend)|length of)\b"
)
_SHARE = re.compile(
    r"\b((?:what|which) (?:share|fraction|percentage|percent|proportion|part)|how much of (?:the|my)|what per ?cent)\b"
)
_HOW_MANY = re.compile(
    r"\b(how many (?:times|episodes|bouts|periods|separate|stretches)?|how often|number of (?:times|episodes|bouts|periods))\b"
)
_WHEN = re.compile(r"\b(when|at what times?|what times?|from when|since when|during which)\b")
_WHAT_AT = re.compile(
    r"\b(what (?:was|am|were) i|what (?:did|have) i (?:do|done)|what happened|what (?:is|was) (?:going on|happening|the activity)|which activity|what activity|was there any activity)\b"
)
_EXTREME = re.compile(
    r"\b(longest|shortest|first|last|briefest|final|most of the time|mostly|most time|earliest|latest)\b"
)
_DID = re.compile(
    r"^(?:so |and |ok,? |please tell me (?:if|whether) |tell me (?:if|whether) )?(?:did|was|were|have|had|is|are|do|does|has|can you (?:see|find)|could you (?:see|find)|i)\b|\b(at all|ever|any sign of|any)\b|\bwhether\b|\bif i\b"
)
_SOUND = re.compile(r"\b(sounds?|hear|heard|noises?|audio|microphone|audible|listening)\b")
_COMPARE = re.compile(
    r"\b(longer|shorter|more time|less time|more often|less often|more than|less than|compared?\b.*\b(?:with|to|and)|versus|vs\.?|difference between|or did i|rather than|more frequently|less frequently)\b"
)
_DIFFERENCE = re.compile(r"\b(how much (?:longer|shorter|more|less)|difference)\b")
_NEIGHBOUR = re.compile(
    r"\b(what|which)\b.*\b(?:(?:right |just |directly |immediately )?(before|after)|follow(?:ed|s)?|preced(?:ed|es)?|came (?:next|first))\b"
)
_AROUND_THAT = re.compile(r"\b(?:before|after)\s+(?:that|this|it)\b")
_ORDER = re.compile(r"\b(before|after)\b")
# "find climbing stairs after sitting": for a model of words. "find the longest walk" is computed as ever.
_FIND = re.compile(
    r"^(?:please )?(?:find|search(?: for)?|look for|show me) (?:me )?(?:(?:the |all )?(?:parts?|stretch(?:es)?|moments?|windows?|places?) (?:like |where (?:i |we )?(?:was |were )?|of |with |that look like ))?(.+?)[?.!]*$"
)
# What is asked of the samples of a few seconds, in words that no table of quantities holds.
_LOOK = re.compile(
    r"\b(compare (?:the )?(?:three |x, y and z )?(?:acceleration |rotation |gyroscope )?axes|which axis|how (?:does|did|do) (?:the |my )?(?:movement|motion|signals?|acceleration|rotation) (?:change|develop|look|differ)|what (?:does|do|did) (?:the |my )?(?:movement|motion|signals?|samples|data) (?:look like|show)|describe (?:the |my )?(?:movement|motion|signals?|samples)|plausib\w*|reliab\w*|trustworthy)\b"
)
_MOST = re.compile(r"\b(most of the time|mostly|most time|spend the most)\b")


def _ordinal(question: str) -> int | None:
    match = _NTH_TIME.search(question) or _ORDINAL.search(question)
    return _ORDINALS[match[1]] if match else None


def _extreme(question: str) -> Extreme | None:
    match = _EXTREME.search(question)
    if match is None or _MOST.search(question):
        return None
    words: dict[str, Extreme] = {"briefest": "shortest", "final": "last", "earliest": "first", "latest": "last"}
    word = match[1]
    return words.get(word) or (word if word in {"longest", "shortest", "first", "last"} else None)  # type: ignore[return-value]


_UNKNOWN_VERB = re.compile(
    r"\b(?:did i|have i|was i|were we|am i|i was|i did|while i was|while|when i was|time i spent|i spend|i spent)\s+(?:ever\s+|really\s+|also\s+)?([a-z]{3,}(?:ing)?)"
)
_NOT_ACTIVITY = frozenset(
    [
        "doing",
        "do",
        "anything",
        "something",
        "nothing",
        "the",
        "any",
        "been",
        "being",
        "spend",
        "spent",
        "start",
        "started",
        "begin",
        "began",
        "finish",
        "stop",
        "stopped",
        "take",
        "took",
        "use",
        "used",
        "make",
        "made",
        "have",
        "had",
        "most",
        "more",
        "ever",
        "also",
        "really",
        "there",
        "this",
        "that",
        "last",
        "first",
        "longest",
        "shortest",
        "active",
        "inactive",
        "moving",
        "still",
        "at",
        "in",
        "on",
        "for",
        "with",
        "after",
        "before",
        "hear",
        "heard",
        "say",
        "said",
        "switch",
        "switched",
        "change",
        "changed",
        "go",
        "went",
        "get",
        "got",
        "wear",
        "wearing",
        "move",
        "moved",
        "rest",
        "rested",
        "resting",
        "was",
        "were",
        "are",
        "mostly",
        "mainly",
        "usually",
        "recording",
        "wake",
        "awake",
        "end",
        "ended",
        "stay",
        "stayed",
        "perform",
        "performed",
    ]
)


def _unknown_activity(question: str) -> Mention | None:
    """A verb that stands where an activity stands and that no table knows."""
    for match in _UNKNOWN_VERB.finditer(question):
        if match[1] not in _NOT_ACTIVITY:
            return Mention(text=match[1])
    return None


def normalise(question: str) -> str:
    """Lower case, one kind of quote, single spaces; at most 400 characters are read."""
    text = question[:400].lower().replace("’", "'").replace("‘", "'").replace("“", '"').replace("”", '"')
    return re.sub(r"\s+", " ", text).strip()


def understand_by_rules(
    question: str, vocabulary: tuple[str, ...], duration_s: float, start: datetime | None = None
) -> Query:
    """The query that `question` asks. Intent `unclear` when no pattern fits (slots are filled all the same)."""
    text = normalise(question)
    time = find_time(text, duration_s, start)
    # Words of the time expression ("the last minute", "after 2:00") ask for no order and no ordinal.
    bare = text.replace(time.text, " ") if time else text
    found = find_activities(bare, vocabulary)
    return _decide(bare, found, time)


def _decide(text: str, found: list[Found], time: TimeReference | None) -> Query:
    mentions = [item.mention for item in found]
    activity = mentions[0] if mentions else _unknown_activity(text)
    other = next((m for m in mentions[1:] if m.labels != (activity.labels if activity else ()) or not m.labels), None)
    span = (time.start_s, time.end_s) if time else None
    quantity, channel, sensor = find_quantity(text), find_channel(text), find_sensor(text)
    event = next((name for name, pattern in _EVENTS if pattern.search(text)), None)
    about = next((name for name, pattern in _ABOUT if pattern.search(text)), None)
    ordinal, extreme = _ordinal(text), _extreme(text)

    def query(intent: Intent, **more: object) -> Query:
        fields: dict[str, object] = {"activity": activity, "span": span, "ordinal": ordinal}
        return Query.model_validate({"intent": intent, **fields, **more})

    if sensor and not (channel and quantity and sensor not in {"speed"}):
        return query("statistic", sensor=sensor, quantity=quantity or "mean")
    if about and not (activity and activity.known and about in {"gaps"}):
        return query("recording", about=about)
    if event == "cadence" or (event and _HOW_MANY.search(text)) or (event and not channel and not _WHY.search(text)):
        return query("count_events", event=event)
    if quantity and channel:
        # "during the longest walking episode": one episode, not all of them.
        return query("statistic", quantity=quantity, channel=channel, extreme=extreme if activity else None)
    wanted = _FIND.match(text)
    if wanted and not extreme and ordinal is None:
        return query("find", words=wanted[1])
    if _LOOK.search(text):
        return query("look", words=text)
    if _WHY.search(text):
        return query("why")
    if _NEXT.search(text) and not found:
        return query("next")
    if _DISTINCT.search(text):
        return query("distinct")
    if _COMPARE.search(text) and activity and other:
        return query("compare", other=other, comparison=_comparison(text))
    relation = _relation(text)
    if relation and activity and _NEIGHBOUR.search(text) and not _WHEN.match(text):
        return query("neighbour", relation=relation)
    if relation and not activity and _NEIGHBOUR.search(text) and _AROUND_THAT.search(text):
        return query("neighbour", relation=relation)
    if relation and activity and other and _DID.search(text):
        return query("order", other=other, relation=relation)
    if _CONFIDENCE.search(text):
        return query("confidence")
    if _SHARE.search(text):
        return query("share")
    if _MOST.search(text):
        return query("most", activity=None)
    if _HOW_LONG.search(text):
        return query("how_long", extreme=extreme)
    if _HOW_MANY.search(text):
        return query("how_many_episodes")
    if _SOUND.search(text) and not (activity and activity.known):
        return query("sound")
    if (
        extreme
        and (_WHEN.search(text) or _EXTREME.search(text))
        and ("what" in text or "which" in text or _WHEN.search(text))
    ):
        return query("extreme", extreme=extreme)
    # "When was that?": what is meant may have been named before; alone, it is asked back.
    if _WHEN.search(text) and (activity or not span):
        return query("when")
    if span and _WHAT_AT.search(text):
        return query("at_time")
    if _SUMMARY.search(text):
        return query("summary")
    if activity and _DID.search(text):
        return query("did_i")
    if span and not activity:
        return query("at_time")
    if _SOUND.search(text):
        return query("sound")
    return query("unclear")


def _comparison(text: str) -> str:
    if re.search(r"\b(more often|more frequently|more times)\b", text):
        return "more_often"
    if re.search(r"\b(less often|less frequently|fewer times)\b", text):
        return "less_often"
    return "shorter" if re.search(r"\b(shorter|less)\b", text) else "longer"


def _relation(text: str) -> str | None:
    match = _ORDER.search(text)
    if match:
        return match[1]
    if re.search(r"\bfollow(?:ed|s)?\b|\bcame next\b", text):
        return "after"
    if re.search(r"\bpreced(?:ed|es)?\b", text):
        return "before"
    return None
