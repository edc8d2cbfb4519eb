"""`telltale eval anticipation`: what comes next, for wearables, in two homes, on kitchen videos' labels and in EPIC-KITCHENS."""

from __future__ import annotations

import platform
from importlib.metadata import version
from typing import TYPE_CHECKING

from evals.measure import measure
from evals.runs import Run
from evals.tasks.anticipation.drawn import DRAWN, collect_drawn
from evals.tasks.anticipation.new_activities import GROUP as NEW
from evals.tasks.anticipation.new_activities import collect_new, fitted_odds, new_rows
from evals.tasks.anticipation.next_rows import next_rows
from evals.tasks.anticipation.published import published, published_next
from evals.tasks.anticipation.scoring import video_rows
from recordings import UserError
from recordings.sequences import BENCHMARKS

if TYPE_CHECKING:
    from evals.registry import Result, TaskOptions

SETS = ("50salads", "breakfast")
VIDEOS, WEARABLES, KITCHENS, LITERATURE = "videos", "wearables", "kitchens", "literature"


def collect(options: TaskOptions, run: Run) -> None:
    """protocol: "" for everything, videos on the folds of the anticipation literature; `lea` for Lea's folds of 50 Salads;
    `wearables` for what wearables saw alone: postures and transitions, two homes, timelines that Telltale made; `kitchens` for
    EPIC-KITCHENS alone; `videos` for 50 Salads and Breakfast alone, `50salads` for one of them, `50salads/1` for one of its folds, `50salads/1+2` for some;
    `new_activities` (`new_activities/1`: the fold that it was chosen on) for activities that nobody was seen to do; `drawn` for
    futures drawn one by one. The last two are asked where they are named alone."""
    from evals.tasks.anticipation.homes import collect_homes
    from evals.tasks.anticipation.kitchens import collect_kitchens
    from evals.tasks.anticipation.timelines import collect_timelines
    from evals.tasks.anticipation.videos import collect_videos
    from evals.tasks.anticipation.wearables import collect_wearables

    if options.data_dir is None:
        raise UserError(
            "eval anticipation", expected="the public data sets", found="none named", cure="give --data DIR"
        )
    run.note("protocol", options.protocol or LITERATURE)
    run.note("quick", options.quick)
    run.note("seed", options.seed)
    known = {
        "",
        VIDEOS,
        WEARABLES,
        KITCHENS,
        NEW,
        DRAWN,
        *SETS,
        *(fold for name in SETS for fold in BENCHMARKS[name].folds),
    }
    alone, _, only = options.protocol.partition("/")
    if options.protocol not in known and not (alone in (NEW, *SETS) and only):
        raise UserError(
            "--protocol", expected=f"one of {', '.join(sorted(known - {''}))}, or none", found=repr(options.protocol),
            cure="name one of them",
        )  # fmt: skip
    if alone == NEW:
        collect_new(options.data_dir, run, options.llm, only, quick=options.quick, limit=options.limit)
        return
    if options.protocol == DRAWN:
        collect_drawn(options, run)
        return
    if options.protocol in ("", WEARABLES) and not options.systems:
        collect_homes(options.data_dir, run)
        collect_wearables(options.data_dir, run, options.quick)
        collect_timelines(options.data_dir, run, options.quick)
    if options.protocol in ("", KITCHENS) and not options.systems:
        collect_kitchens(options.data_dir, run, options.quick)
    if alone in SETS:
        collect_videos(options, run, alone, "", only)
        return
    folds = "" if options.protocol == VIDEOS else options.protocol
    for name in SETS:
        if folds in ("", *BENCHMARKS[name].folds):
            collect_videos(options, run, name, folds)


def score(run: Run) -> Result:
    rows = video_rows(run)
    names = sorted({str(row["part"]).split("/")[0] for row in rows})
    following = next_rows(run) + new_rows(run)
    odds = {part: [found.base, found.slope, found.per_step] for part, found in fitted_odds(run)}
    return {
        "task": "anticipation",
        "protocol": {
            "name": "mean over classes of the steps ahead, counts pooled over a split's test videos",
            "source": "Abu Farha and Gall, CVPR 2018; FUTR's code for the conventions",
            "folds": run.header.get("protocol"),
            "observed": "oracle: the true labels of the observed part; noisy-N: N % of its segments wrong",
            "noise": run.header.get("noise"),
            "length": "the whole length is used by the semi-Markov, remembering, neighbour and network engines: the observed "
            "share α reveals it; most_frequent, repeat_last and markov_N do not use it",
            "decisions": "name: the most probable activity; +prior^0.5: divided by the root of the training prior; +balance: "
            "worth of a right moment, power and floor (and the blend's weights) chosen on inner folds of the training videos",
            "drawn": "every row is of one forecast, but for the parts `futures drawn`: the best of 25 is chosen by the truth for each "
            "video and share (most right steps in the next half), and is no forecast",
            "rate": "full label rate",
            "views": "every camera's view of a trial is scored, as the field does (Breakfast: 1,712 videos, 503 trials); the quick form "
            "scores one view of every fourth trial of the first split",
            "homes": "next activity; the first 70 % of the days teach; asked at the current activity's start and at its end; merged: "
            "repeats of an activity count as one that went on; intervals over days",
            "hapt": "next posture, transition or walk, its start and its length, from annotated activities; thirty people in ten groups "
            "left out in turn; asked half a second into each activity and by the clock every ten seconds; they followed a script",
            "timelines": "hapt/held_out: the nine held-out people, asked every half minute, from annotated activities and from the "
            "timeline that Telltale made of what lay before (predicted); telltale_recalibrated: intervals calibrated on the other "
            "eight people's timelines",
            "intervals": "90 % conformal for the start, and for the length if it is that activity; calibrated on training people or "
            "days left out in turn; covered: the mean over people (homes: days) of the share inside, worst: the person with least",
            "epic_kitchens": "next verb from five before it, five groups of participants left out in turn; sounds that had ended "
            "before the previous action did; intervals over participants",
            "new_activities": "an activity taken out of what is learnt from, everywhere or but for one sequence; at changes before it "
            "is first done: does it come next? AUROC, the mean over activities; the way of asking was chosen on fold 1, left out",
            "new_activities_odds": odds,
            "split": "people; a forecast is made once for the next half and cut for shorter horizons",
        },
        "data": {
            "name": ", ".join([*names, *sorted({str(r["part"]).split("/")[0] for r in following})]),
            "provenance": "real",
            "quick": run.header.get("quick"),
        },
        "systems": rows + following,
        "published": published(names) + published_next([str(r["part"]) for r in following]),
        "leak_audit": {"checks": run.header.get("leak_checks", [])},
        "seeds": [run.header.get("seed", 0)],
        "command": _command(run),
        "versions": {"python": platform.python_version(), "telltale": version("telltale"), "numpy": version("numpy")},
    }


def _command(run: Run) -> str:
    chosen = str(run.header.get("protocol", LITERATURE))
    protocol = "" if chosen == LITERATURE else f" --protocol {chosen}"
    return f"telltale eval anticipation --data DIR{protocol}" + (" --quick" if run.header.get("quick") else "")


def run(options: TaskOptions) -> Result:
    return measure("anticipation", options, collect, score)
