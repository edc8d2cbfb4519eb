"""Facts as English: the one place where numbers, times, labels and trends become words. The verifier reads them back."""

from agents.wording.answers import (
    CANNOT_TELL,
    absent_sentence,
    activities_sentence,
    at_sentence,
    boundary_sentence,
    comparison_sentence,
    count_comparison_sentence,
    count_sentence,
    no_sensor_sentence,
    order_sentence,
    present_sentence,
    share_sentence,
    total_sentence,
    when_sentence,
    which_sentence,
)
from agents.wording.measurements import (
    event_sentence,
    measurement_sentence,
    rate_sentence,
    statistic_sentence,
    trend_sentence,
)
from agents.wording.numbers import cardinal, counted, number, ordinal, percent, quantity, times_phrase
from agents.wording.phrases import (
    activity_forms,
    activity_phrase,
    base_phrase,
    channel_phrase,
    listed,
    past_phrase,
    sentence_case,
    sound_phrase,
    speaker_phrase,
    statistic_phrase,
    trend_word,
)
from agents.wording.sentences import (
    NO_EXEMPLARS,
    NO_FORECAST,
    alternatives_sentence,
    decided_sentence,
    episode_sentence,
    exemplar_sentence,
    forecast_sentence,
    modality_sentence,
    pool_sentence,
    recording_sentence,
    without_sentence,
)
from agents.wording.times import clock, duration, span_phrase
from agents.wording.within import within_sentence

__all__ = [
    "CANNOT_TELL", "NO_EXEMPLARS", "NO_FORECAST", "absent_sentence", "activities_sentence", "activity_forms", "activity_phrase",
    "alternatives_sentence", "at_sentence", "base_phrase", "boundary_sentence", "cardinal", "channel_phrase", "clock",
    "comparison_sentence", "count_comparison_sentence", "count_sentence", "counted", "decided_sentence", "duration",
    "episode_sentence", "event_sentence", "exemplar_sentence", "forecast_sentence", "listed", "measurement_sentence",
    "modality_sentence", "no_sensor_sentence", "number", "order_sentence", "ordinal", "past_phrase", "percent", "pool_sentence",
    "present_sentence", "quantity", "rate_sentence", "recording_sentence", "sentence_case", "share_sentence", "sound_phrase",
    "span_phrase", "speaker_phrase", "statistic_phrase", "statistic_sentence", "times_phrase", "total_sentence", "trend_sentence",
    "trend_word", "when_sentence", "which_sentence", "within_sentence", "without_sentence",
]  # fmt: skip
