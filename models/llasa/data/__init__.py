"""SensorCaps and OpenSQA, generated from measured facts: captions, questions and answers whose every number was measured."""

from models.llasa.data.captions import Caption, caption
from models.llasa.data.corpus import (
    SETS,
    UNION,
    Described,
    Side,
    described,
    distinct,
    set_of,
    side_of,
    split_windows,
    training_ranges,
)
from models.llasa.data.facts import WindowFacts, measure
from models.llasa.data.measured import measured_line, with_measurements
from models.llasa.data.questions import (
    KINDS,
    LEAD_IN,
    SHORT_CLASS_QUESTION,
    Exchange,
    Kind,
    Subject,
    class_question,
    exchanges,
)
from models.llasa.data.ranges import Ranges, UsualRange, usual_ranges
from models.llasa.data.words import Numbers, Printed
from models.llasa.data.writing import CorpusCounts, write_corpus

__all__ = [
    "KINDS",
    "LEAD_IN",
    "SETS",
    "SHORT_CLASS_QUESTION",
    "UNION",
    "Caption",
    "CorpusCounts",
    "Described",
    "Exchange",
    "Kind",
    "Numbers",
    "Printed",
    "Ranges",
    "Side",
    "Subject",
    "UsualRange",
    "WindowFacts",
    "caption",
    "class_question",
    "described",
    "distinct",
    "exchanges",
    "measure",
    "measured_line",
    "set_of",
    "side_of",
    "split_windows",
    "training_ranges",
    "usual_ranges",
    "with_measurements",
    "write_corpus",
]
