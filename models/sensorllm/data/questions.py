"""What the model is asked: 33 questions about a trend, 55 about the activity, and the sentence that names the segment.

At least SensorLLM's variety, in our own words.
"""

from __future__ import annotations

import numpy as np

from models.sensorllm.data.answer import written
from models.sensorllm.data.grammar import Family
from models.sensorllm.data.words import DATA_NAMES, WINDOW_DATA_NAMES

TREND_QUESTIONS = Family.of(
    "How does this {data} move over time?",
    "How do the values of this {data} go up and down?",
    "How would you describe the trend of this {data}?",
    "How is this {data} changing, step by step?",
    "Describe the trends in this {data}.",
    "Describe how this {data} develops from start to end.",
    "Describe every rise, fall and steady stretch of this {data}.",
    "Explain the course of this {data} in time.",
    "Explain when this {data} rises, falls or stays.",
    "Give the trend segments of this {data} with their times.",
    "Give an account of the trends in this {data}.",
    "Give me the ups and downs of this {data}.",
    "List the trends of this {data} one after the other.",
    "List when this {data} changes direction.",
    "Name each trend in this {data} and when it holds.",
    "Name the stretches of this {data} and sum them up.",
    "Read this {data} and report its trends.",
    "Read the trends off this {data}, please.",
    "Report the course of this {data} line by line.",
    "Report what this {data} does at each time.",
    "Split this {data} into trends and summarise them.",
    "State the trend of this {data} for every stretch of time.",
    "Summarise the trends that this {data} goes through.",
    "Tell me how this {data} behaves over time.",
    "Tell the story of this {data} in trends.",
    "Trace this {data} from its first sample to its last.",
    "What are the trends in this {data}?",
    "What course does this {data} take?",
    "What happens in this {data}, and when?",
    "Which trends does this {data} show, and for how long?",
    "Which way does this {data} go at each moment?",
    "Where does this {data} rise, fall or stay the same?",
    "When does this {data} go up, when down, and when neither?",
)
# For the trend on the whole (`merged`), so that the question tells which of two rules the answer follows.
MERGED_QUESTIONS = Family.of(
    "How does this {data} move on the whole?",
    "How does this {data} go, small wiggles left aside?",
    "Describe the broad trends in this {data}.",
    "Describe this {data} in a few strokes.",
    "Give the main trends of this {data} with their times.",
    "List the larger movements of this {data}.",
    "Name the main stretches of this {data}.",
    "Read the rough course of this {data}.",
    "Sum up this {data} without its small changes.",
    "What are the main trends in this {data}?",
    "Which broad trends does this {data} show?",
    "Where does this {data} rise or fall in the main?",
)
# `{channels}` is the number of channels, in digits or in words.
ACTIVITY_QUESTIONS = Family.of(
    "What is the person doing in this {data} of {channels} channels?",
    "What activity do these {channels} channels of {data} show?",
    "What was going on while these {channels} channels of {data} were taken?",
    "What kind of activity lies behind the {data} in its {channels} channels?",
    "What does the wearer do, by the {channels} channels of {data}?",
    "What human activity fits this {data} with {channels} channels?",
    "What action is behind these {channels} channels of {data}?",
    "What movement was recorded in {channels} channels of {data}?",
    "Which activity does this {data} of {channels} channels belong to?",
    "Which activity explains these {channels} channels of {data} best?",
    "Which of the known activities is seen in the {data} of {channels} channels?",
    "Which class of activity do the {channels} channels of {data} stand for?",
    "Which human action gave rise to this {data} of {channels} channels?",
    "Which daily activity matches the {channels} channels of {data} above?",
    "Which activity was performed, going by {channels} channels of {data}?",
    "How was the person moving in this {data} of {channels} channels?",
    "How would you label the activity in these {channels} channels of {data}?",
    "How should this {data} with {channels} channels be classified?",
    "Name the activity in this {data} of {channels} channels.",
    "Name what the person does, using the {channels} channels of {data}.",
    "Name the class that the {data} in {channels} channels falls into.",
    "Say which activity the {channels} channels of {data} come from.",
    "Say what the wearer is doing in this {data} with {channels} channels.",
    "Tell the activity from the {channels} channels of {data}.",
    "Tell me what is being done in this {data} of {channels} channels.",
    "Tell which human activity these {channels} channels of {data} record.",
    "Identify the activity from {channels} channels of {data}.",
    "Identify what the person was doing when this {data} of {channels} channels was made.",
    "Determine the activity shown by the {data} in {channels} channels.",
    "Determine which action the {channels} channels of {data} describe.",
    "Recognise the activity in the {channels} channels of {data}.",
    "Recognise what is being done, given {data} of {channels} channels.",
    "Classify the activity in this {data} of {channels} channels.",
    "Classify these {channels} channels of {data} by activity.",
    "Decide which activity the {data} of {channels} channels shows.",
    "Decide what the wearer was doing from {channels} channels of {data}.",
    "Choose the activity that fits the {channels} channels of {data}.",
    "Choose the class of the {data} given in {channels} channels.",
    "Find the activity behind these {channels} channels of {data}.",
    "Find out what the person did, from {data} of {channels} channels.",
    "Infer the activity from this {data} of {channels} channels.",
    "Infer what was being done from the {channels} channels of {data}.",
    "Label the activity of this {data} with {channels} channels.",
    "Label these {channels} channels of {data} with an activity.",
    "Give the activity recorded in the {channels} channels of {data}.",
    "Give the class of activity for this {data} of {channels} channels.",
    "State the activity that the {data} of {channels} channels shows.",
    "State what the wearer does in these {channels} channels of {data}.",
    "From {channels} channels of {data}, what is the activity?",
    "From the {data} of {channels} channels, which activity do you see?",
    "Given {channels} channels of {data}, what is the person doing?",
    "Given this {data} of {channels} channels, name the activity.",
    "Judging by {channels} channels of {data}, which activity is it?",
    "Looking at {data} of {channels} channels, what is going on?",
    "With these {channels} channels of {data} in view, which activity is it?",
)


def asked(family: Family, rng: np.random.Generator) -> str:
    """A question of the family about `time series data` or `sensor data`."""
    return family.draw(rng).render({"data": DATA_NAMES[int(rng.integers(len(DATA_NAMES)))]})


def trend_question(rng: np.random.Generator) -> str:
    return asked(TREND_QUESTIONS, rng)


def activity_question(channels: int, rng: np.random.Generator) -> str:
    """One of 55, the data named in one of four ways, the number of channels as a digit or a word."""
    data = WINDOW_DATA_NAMES[int(rng.integers(len(WINDOW_DATA_NAMES)))]
    number = written(channels, bool(rng.integers(2)))
    return ACTIVITY_QUESTIONS.draw(rng).render({"data": data, "channels": number})


def system_text(samples: int, rate_hz: float) -> str:
    """The sentence before a stage-1 conversation, the same in training and in use: how many samples, at what rate."""
    return (
        f"You are given {samples} samples of one sensor channel, taken at {rate_hz:g} Hz. "
        "Answer from these samples only."
    )
