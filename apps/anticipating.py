"""Who answers "what comes next?" about what: segment files, logs of days, recordings, timelines, typed activities."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from apps.anticipated import Anticipation
from apps.segment_files import Asking, anticipate_file, anticipate_sequence
from recordings import UserError, plain

if TYPE_CHECKING:
    from agents.anticipation import Anticipator
    from agents.anticipation.sequences import EpisodeLike
    from apps.workbench import Workbench

_HORIZON_S = 300.0
_HORIZON_SHARE = 0.5
SHIPPED = "transitions_and_lengths"
# Measured, not promised: how often the start lay inside its interval where the observed part was Telltale's own timeline of
# people never seen (`telltale eval anticipation --protocol wearables`, hapt/held_out/predicted).
COVERED_ON_TIMELINES = 0.78


def anticipated(source: str, sequence: str | None, asking: Asking, bench: Callable[[], Workbench]) -> Anticipation:
    """The answer to what was asked on the command line. UserError where it cannot be asked so."""
    from recordings.sequences import is_day_log, is_sequence_table

    path = Path(source).expanduser()
    is_table = path.suffix.lower() == ".csv" and path.is_file()
    shares = asking.observe is not None or asking.learn_from is not None or sequence is not None
    if is_table and is_day_log(path):
        return _day_log(path, asking)
    if shares and ((is_table and is_sequence_table(path)) or asking.observe is None):
        return anticipate_file(path, sequence, asking)
    if (asking.engine or asking.checkpoint is not None) and asking.learn_from is None:
        raise UserError("--engine", expected="a segment file and --observe", found="none", cure="give --observe SHARE")
    if asking.may_come and asking.learn_from is None:
        raise UserError(
            "--may-come", expected="a segment file and --observe", found="none", cure="give --observe SHARE"
        )
    if asking.sounds is not None and asking.learn_from is None:
        raise UserError(
            "--sounds", expected="a segment file and --observe", found="none",
            cure="a recording's own sound is heard without it",
        )  # fmt: skip
    return _recorded(source, asking, bench())


def _recorded(source: str, asking: Asking, bench: Workbench) -> Anticipation:
    """A recording, a timeline or typed activities: the end of it, or of its first share."""
    from apps.sequences import sequence_of

    so_far = sequence_of(source)
    seen_by_us = so_far is None or Path(source).suffix.lower() == ".json"
    if asking.observe is None:
        horizon_s = _HORIZON_S if asking.horizon is None else asking.horizon
        if horizon_s < 1:
            raise UserError(
                "--horizon", expected="at least 1 second", found=f"{horizon_s:g}", cure="a share needs --observe",
            )  # fmt: skip
        if so_far is None:
            so_far = bench.annotate(bench.open(source), horizon_s).episodes
        return _told(source, _shipped(bench), so_far, horizon_s, {}, seen_by_us)
    share, ahead, whole_s, seen = _first_share(source, so_far, asking, bench)
    more: dict[str, object] = {"observe": share, "horizon": ahead, "whole_s": round(whole_s, 3)}
    if asking.learn_from is None:
        return _told(source, _shipped(bench), seen, ahead * whole_s, more, seen_by_us)
    return _learnt(source, seen, whole_s, asking)


def _shipped(bench: Workbench) -> Anticipator:
    """The shipped model; the language model is opened only where it has a share in the answer."""
    from agents.anticipation import Anticipator

    model = Anticipator.shipped()
    if model.language_share > 0:
        model.llm = bench.llm
    return model


def _first_share(
    source: str, so_far: Sequence[EpisodeLike] | None, asking: Asking, bench: Workbench
) -> tuple[float, float, float, Sequence[EpisodeLike]]:
    """The observed share, the horizon's share, the whole length, and what was seen: of a recording, nothing after the cut is read."""
    from agents.anticipation.asking import cut_at
    from agents.anticipation.engines import require_shares
    from recordings import recorded_until

    share = 0.0 if asking.observe is None else asking.observe
    ahead = min(_HORIZON_SHARE, 1.0 - share) if asking.horizon is None else asking.horizon
    require_shares(share, ahead)
    if so_far is not None:
        start_s, end_s = min(e.start_s for e in so_far), max(e.end_s for e in so_far)
        return share, ahead, end_s - start_s, cut_at(so_far, start_s + share * (end_s - start_s))
    whole = bench.read(source)
    seen = recorded_until(whole, whole.span.start_s + share * whole.duration_s)
    bench.bench.add(seen)
    return share, ahead, whole.duration_s, bench.annotate(seen).episodes


def _told(
    source: str,
    model: Anticipator,
    so_far: Sequence[EpisodeLike],
    horizon_s: float,
    more: dict[str, object],
    seen_by_us: bool,
) -> Anticipation:
    from agents.anticipation.explaining import reason_for
    from agents.anticipation.sequences import stretches

    forecast = model.forecast(so_far, horizon_s=horizon_s)
    if seen_by_us:
        forecast = [one.model_copy(update={"coverage": COVERED_ON_TIMELINES}) for one in forecast]
    runs = stretches(so_far)
    followers = dict(model.transitions.counts.get((runs[-1][-1].activity,), {})) if runs else {}
    return Anticipation(
        source, SHIPPED, forecast, reason=reason_for(forecast, so_far, followers, model.source), more=more
    )


def _learnt(source: str, seen: Sequence[EpisodeLike], whole_s: float, asking: Asking) -> Anticipation:
    """What was seen of a recording or a timeline, continued by an engine that learnt from a table of segments."""
    from agents.anticipation.sequences import stretches
    from recordings.sequences import Segment, SegmentSequence, read_sequences

    runs = stretches(seen)
    if not runs or asking.learn_from is None:
        return Anticipation(source, asking.engine, (), more={"observe": asking.observe})
    start_s, last_s = min(e.start_s for e in seen), max(e.end_s for e in seen)
    rows = [happened for run in runs for happened in run]
    segments = []
    for i, row in enumerate(rows):
        end_s = rows[i + 1].start_s if i + 1 < len(rows) else last_s
        segments.append(Segment(row.activity, start_s if i == 0 else row.start_s, end_s))
    # What follows the cut is not known, and named so: it only makes the sequence as long as it is.
    segments.append(Segment("(not observed)", last_s, start_s + whole_s))
    name = plain(Path(source).stem or source, 80)
    return anticipate_sequence(
        SegmentSequence(name, tuple(segments), None, name),
        read_sequences(asking.learn_from),
        dataclasses.replace(asking, observe=(last_s - start_s) / whole_s),
        source=source,
        so_far_is=" (as Telltale's own timeline has it)",
    )


def _day_log(path: Path, asking: Asking) -> Anticipation:
    from agents.anticipation.days import FEWEST_ACTIVITIES, FEWEST_DAYS, next_of_day
    from recordings.sequences import read_day_log

    if asking.observe is not None or asking.learn_from is not None or asking.engine or asking.may_come:
        raise UserError(
            path, expected="a log of days alone", found="--observe, --learn-from, --engine or --may-come",
            cure="what follows its last activity is learnt from the log's own days",
        )  # fmt: skip
    log = read_day_log(path)
    answer = next_of_day(log, horizon_s=asking.horizon)
    few = "" if answer.forecast else f"; a habit needs {FEWEST_DAYS} days and {FEWEST_ACTIVITIES} activities"
    return Anticipation(
        str(path),
        answer.engine,
        answer.forecast,
        heading=f"after {answer.last.activity}, which ended {answer.last.end}; {answer.days} days known{few}",
        start=log[0].start,
        more={"start": log[0].start.isoformat(), "days": answer.days, "last": answer.last.activity},
    )
