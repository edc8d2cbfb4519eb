"""Questions that no rule fits: the nearest known question by sentence embedding decides the intent.

Names of activities, times and channels are replaced by what they are before the comparison, so that only the form of a
question is compared. Below `FLOOR` nothing is near enough and the question is given back.
"""

from __future__ import annotations

from agents.language import SentenceEmbedder
from agents.questions.lexicon import find_activities
from agents.questions.query import Intent, Query
from agents.questions.rules import normalise
from agents.questions.times import find_time

# Cosine to the nearest prototype. Hand-written paraphrases lie at 0.6 to 0.9; unrelated requests ("who won the
# match?", "translate walking into German") below 0.57.
FLOOR = 0.58

PROTOTYPES: dict[Intent, tuple[str, ...]] = {
    "when": ("when was i doing the activity?", "show me the times of the activity", "give me the spans of the activity", "on which occasions was the person in the activity?", "list the spans of the activity"),
    "how_long": (
        "what was my total time of the activity?", "add up the minutes of the activity", "the time that went into the activity",
    ),
    "how_many_episodes": ("count the episodes of the activity", "number of separate stretches of the activity"),
    "share": ("how large a part of the recording was the activity?", "the activity as a percentage of the whole"),
    "at_time": ("which activity took place at the time?", "tell me the activity at the time", "what goes on at the time?"),
    "did_i": ("is there the activity in this recording?", "does the activity occur?", "was the activity present?"),
    "why": ("what led you to that conclusion?", "give me the grounds for the activity", "what led you to say the activity?", "justify the activity"),
    "confidence": ("can i trust the activity?", "is the activity certain?"),
    "summary": ("give me a summary", "walk me through the recording", "what happened?", "recap", "recap the session please", "give me a rundown of the session", "tell me everything", "what did the wearer get up to?", "what is in this file?", "list every activity"),
    "next": ("what comes afterwards?", "what is the person likely to do afterwards?", "make a forecast", "guess the following activity"),
    "sound": ("what could be heard?", "describe the sounds", "which noises were there?", "was anything audible?", "was it noisy?"),
    "recording": ("how long is the file?", "what is the length of this file?"),
    "distinct": ("how many activities are there?", "count the different activities"),
}  # fmt: skip
NEEDS_ACTIVITY: frozenset[Intent] = frozenset({"when", "how_long", "share", "did_i", "neighbour", "order", "compare"})


def masked(question: str, vocabulary: tuple[str, ...], duration_s: float) -> str:
    """The question's form: "how long did i walk after 1:00?" → "how long did i the activity the time?"."""
    text = normalise(question)
    time = find_time(text, duration_s)
    if time is not None:
        text = text.replace(time.text, "at the time" if time.instant else "in the time")
    for found in reversed(find_activities(text, vocabulary)):
        text = f"{text[: found.start]}the activity{text[found.end :]}"
    return text


def route(
    query: Query, question: str, vocabulary: tuple[str, ...], duration_s: float, embedder: SentenceEmbedder
) -> Query:
    """`query` with the intent of the nearest prototype; unchanged when none is near, or when it lacks what that needs."""
    entries = [(intent, text) for intent, texts in PROTOTYPES.items() for text in texts]
    cosines = embedder.similarity([masked(question, vocabulary, duration_s)], [text for _, text in entries])[0]
    best = int(cosines.argmax())
    intent = entries[best][0]
    if float(cosines[best]) < FLOOR or (intent == "at_time" and query.span is None):
        return query
    if intent in NEEDS_ACTIVITY and query.activity is None:
        return query
    return query.model_copy(update={"intent": intent, "understood_by": "router"})
