"""`telltale eval late_fusion`: sound, movement and history fused; does a language model add anything to the sum?

Two protocols: `label-paired-12` (the paper's twelve activities, clips and watch windows paired by label: not co-recorded) and
`epic-kitchens` (sounds and actions of the same kitchens: co-recorded). `--protocol` names one; both run by default.
"""

from __future__ import annotations

from evals.measure import measure
from evals.registry import Result, TaskOptions
from evals.runs import Run
from recordings import UserError

PROTOCOLS = ("label-paired-12", "epic-kitchens")


def asked_protocols(text: str) -> tuple[str, ...]:
    """UserError for a protocol that is none."""
    chosen = tuple(name.strip() for name in text.split(",") if name.strip()) or PROTOCOLS
    unknown = [name for name in chosen if name not in PROTOCOLS]
    if unknown:
        raise UserError(
            "eval late_fusion", expected=" or ".join(PROTOCOLS), found=", ".join(unknown), cure="name one of them"
        )
    return chosen


def collect(options: TaskOptions, run: Run) -> None:
    chosen = asked_protocols(options.protocol)
    run.note("protocols", list(chosen))
    run.note("llm", options.llm)
    run.note("quick", options.quick or options.limit is not None)
    grid = None
    if "label-paired-12" in chosen:
        from evals.tasks.late_fusion.collecting import collect_pairs

        grid = collect_pairs(options, run)
    if "epic-kitchens" in chosen:
        from evals.tasks.late_fusion.kitchen_collecting import collect_kitchens

        collect_kitchens(options, run)
    if grid is not None:
        grid()


def score(run: Run) -> Result:
    from evals.tasks.late_fusion.scoring import scored

    return scored(run)


def run(options: TaskOptions) -> Result:
    return measure("late_fusion", options, collect, score)
