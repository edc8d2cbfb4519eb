"""The evaluation tasks by name. A task's module is imported when it is run, not when it is listed."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from recordings.errors import UserError

if TYPE_CHECKING:
    from evals.runs import Run

# A task takes what `TaskOptions` holds and returns the JSON of `contracts`: task, protocol, data, systems, published, …
Result = dict[str, object]


@dataclass(frozen=True, slots=True)
class TaskOptions:
    """What every task is given.

    data_dir: the public data sets, None when none was named. output: where the JSON goes (a task may write more beside
    it), None for nowhere. llm: the language model's specification. progress: called with (stage, done, total). protocol: which split, ""
    for the task's own. systems: only these, () for all that apply. quick: a small form, said in the result. seeds: how many
    where something is trained. run: where the answers are kept, None for memory alone. judge: the specification of a
    language model that grades open answers, None for no grading.
    """

    data_dir: Path | None = None
    output: Path | None = None
    llm: str = "embedded"
    seed: int = 0
    limit: int | None = None
    progress: Callable[[str, int, int], None] | None = None
    protocol: str = ""
    systems: tuple[str, ...] = ()
    quick: bool = False
    seeds: int = 3
    run: Run | None = None
    judge: str | None = None


Task = Callable[[TaskOptions], Result]


@dataclass(frozen=True, slots=True)
class TaskEntry:
    """A task and what `--list` says about it: the protocols of `--protocol` (its own first), the names of `--systems`, the data sets."""

    name: str
    module: str
    question: str
    needs_data: bool = True
    protocols: str = ""
    systems: str = ""
    needs: str = ""


TASKS: dict[str, TaskEntry] = {
    entry.name: entry
    for entry in (
        TaskEntry(
            "har",
            "evals.tasks.har",
            "Which activity is one window? Four public sets, held-out subjects.",
            protocols="fixed,groups:5, loso, cross:SET+SET, beside:SET+SET, budget:K; each may end in @SET+SET",
            systems="majority, stratified_random, forest, logistic, neighbours, minirocket, multirocket_hydra, telltale_motion, embedding_neighbours, embedding_probe, predictions:FILE.npz",
            needs="usc_had, hapt, motionsense, wisdm",
        ),
        TaskEntry("timeline", "evals.tasks.timeline", "Which activity is every moment of a continuous recording?"),
        TaskEntry(
            "robustness",
            "evals.tasks.robustness",
            "What is left when a device fails in a known way?",
            systems="telltale_motion, forest, minirocket, any other of har",
            needs="usc_had, hapt, motionsense, wisdm",
        ),
        TaskEntry(
            "calibration",
            "evals.tasks.calibration",
            "Is a stated confidence the share of right answers?",
            systems="telltale_motion, forest, logistic, any other of har",
            needs="usc_had, hapt, motionsense, wisdm",
        ),
        TaskEntry("few_shot", "evals.tasks.few_shot", "What do 0 to 50 labelled windows a class bring?"),
        TaskEntry(
            "zero_shot",
            "evals.tasks.zero_shot",
            "Which activity, by words alone or from another set?",
            systems="majority, minilm, language_model, and for other sets forest, logistic, minirocket",
            needs="usc_had, hapt, motionsense, wisdm",
        ),
        TaskEntry(
            "captions",
            "evals.tasks.captions",
            "Is the text of a channel's trend what the samples show?",
            protocols="5-200 (samples a segment), any LOW-HIGH",
            systems="exact captioner, template paraphrase, smoothed rule, merged captioner, one line, random in the grammar, language model alone, sensorllm, sensorllm (constrained)",
            needs="usc_had, hapt, motionsense, wisdm",
        ),
        TaskEntry(
            "sensorllm",
            "evals.tasks.sensorllm",
            "What do alignment and text bring a language model that reads windows?",
            protocols="fixed@usc_had+hapt+motionsense+wisdm_watch",
            systems="majority, forest, minirocket, multirocket_hydra, deepconvlstm, patchtst, chronos_mlp, task_only_no_text, task_only, task_only_by_value, sensorllm_no_text, sensorllm, sensorllm_by_value, sensorllm_rhythm_by_value, task_only_turned, sensorllm_turned, task_only_upright, sensorllm_upright, telltale_motion, sensorllm:DIR, an aligned row@DIR",
            needs="usc_had, hapt, motionsense, wisdm",
        ),
        TaskEntry(
            "sensorlm",
            "evals.tasks.sensorlm",
            "Are windows named, found and told apart by words, also classes and sets never seen?",
            protocols="named+shots+found, any of the three",
            systems="shipped, any folder that `telltale train sensorlm` wrote",
            needs="usc_had, hapt, motionsense, wisdm",
        ),
        TaskEntry(
            "llasa",
            "evals.tasks.llasa",
            "Are questions about six seconds of motion answered, and only with what the samples show?",
            protocols="motionsense+hapt+wisdm_watch+usc_had",
            systems="majority, forest, limubert_probe, limubert_gru, template, language_model, endpoint (with --llm URL), llasa, llasa:DIR, explanations",
            needs="usc_had, hapt, motionsense, wisdm",
        ),
        TaskEntry(
            "sound",
            "evals.tasks.sound",
            "Which daily sound is in a clip of a group never heard before?",
            systems="majority, logistic, yamnet, tagger",
            needs="audio",
        ),
        TaskEntry("late_fusion", "evals.tasks.late_fusion", "Do sound, movement and history fused beat each alone?"),
        TaskEntry(
            "verification",
            "evals.tasks.verification",
            "Are planted lies caught, and true sentences passed?",
            needs="hapt",
        ),
        TaskEntry(
            "qa",
            "evals.tasks.qa",
            "Are questions with known answers answered exactly, and nothing invented?",
            systems="its own; language_model adds it alone, reading the timeline",
        ),
        TaskEntry("printed", "evals.tasks.printed", "Does any number printed in 200 real recordings lack a fact?"),
        TaskEntry(
            "anticipation",
            "evals.tasks.anticipation",
            "What comes next, and for how long?",
            protocols="everything, videos, wearables, kitchens, new_activities, drawn, literature (both sets of videos), lea (50 Salads)",
            systems="most_frequent, repeat_last, markov_1, markov_6, semi_markov, remembering, remembering_shares, prefix_neighbours, segment_network, blend, blend_with_network, actionllm, actionllm_half, actionllm:ABLATION, ablations, prompted",
            needs="anticipation, hapt",
        ),
        TaskEntry(
            "retrieval",
            "evals.tasks.retrieval",
            "Are windows found by text, texts by windows, windows by windows?",
            systems="random, words, minilm",
            needs="hapt, motionsense, usc_had, wisdm",
        ),
        TaskEntry(
            "conversation",
            "evals.tasks.conversation",
            "Are follow-ups answered exactly, and is nothing said that was only suggested?",
        ),
        TaskEntry("leaks", "evals.tasks.leaks", "Are planted leaks found, and clean splits passed?"),
        TaskEntry(
            "perf",
            "evals.tasks.perf",
            "How fast, with how many language-model calls and how much memory?",
            needs="hapt",
        ),
        TaskEntry("spine", "evals.tasks.spine", "All of the above, collected into one file of acceptance figures."),
        TaskEntry(
            "startup", "evals.tasks.startup", "How long does `telltale --help` keep the processor?", needs_data=False
        ),
    )
}


def task(name: str) -> Task:
    """The function `run(options) -> result` of a task, its module imported now. UserError for an unknown or absent one."""
    if name not in TASKS:
        raise UserError(
            name, expected=f"one of {', '.join(TASKS)}", found="no such task", cure="see telltale eval --list"
        )
    entry = TASKS[name]
    if importlib.util.find_spec(entry.module) is None:
        raise UserError(
            name,
            expected="an installed task",
            found=f"no {entry.module}",
            cure="choose one that eval --list calls ready",
        )
    run: Task = importlib.import_module(entry.module).run
    return run


def available(name: str) -> bool:
    """Whether the task's module is installed, without importing it."""
    return importlib.util.find_spec(TASKS[name].module) is not None
