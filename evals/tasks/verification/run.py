"""The verifier's task: planted lies caught, true sentences passed."""

from __future__ import annotations

import platform
import random
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from agents.verification import Facts, Verifier
from evals.registry import Result, TaskOptions
from evals.tasks.verification.generate import Sentence, lies, true_sentences
from evals.tasks.verification.sources import annotated, held_out_keys, labelled
from evals.tasks.verification.world import World
from recordings import UserError
from recordings.datasets import dataset
from recordings.recording import Span
from tools import Bench

Progress = Callable[[str, int, int], None]
# What a reader must know beside a figure this high.
CAVEAT = (
    "the sentence generator, its paraphrases and the verifier's lexicon have one author: the share of true sentences says little "
    "about prose from another writer, whose unfamiliar words are refused and replaced by a template; the verifier was tuned on seeds 1, 2, 3, 11, 12 and 13"
)
LIES = 2000
MOST_MISSES = 20


def run(options: TaskOptions) -> Result:
    """Over timelines of held-out HAPT subjects, annotated by the product. UserError without data."""
    if options.data_dir is None:
        raise UserError("verification", expected="the public data sets", found="no --data", cure="add --data DIR")
    found = run_verification(options.data_dir, options.limit or LIES, options.seed, options.progress)
    return {
        "schema_version": 1,
        "task": "verification",
        "protocol": {"name": "planted lies and true sentences", "source": "Telltale", "split": "held-out subjects", "timelines": found["timelines"], "caveat": CAVEAT},
        "data": {"name": "hapt", "provenance": "real"},
        "systems": [{"name": "verifier", "revision": "", "metrics": {key: {"value": found[key], "n": options.limit or LIES} for key in ("lies_caught", "true_sentences_passed")}}],
        "per_kind": found["per_kind"],
        "missed_lies": found["missed_lies"],
        "refused_truths": found["refused_truths"],
        "published": [],
        "seeds": [options.seed],
        "command": f"telltale eval verification --data DIR --seed {options.seed}",
        "versions": {"python": platform.python_version()},
    }  # fmt: skip


def run_verification(
    data_dir: Path,
    n: int = LIES,
    seed: int = 0,
    progress: Progress | None = None,
    *,
    timelines: int = 12,
    source: str = "annotated",
) -> dict[str, object]:
    """`n` lies and `n` true sentences over `timelines` held-out HAPT recordings.

    source: "annotated" (the product's own timelines) or "labelled" (the data set's labels, no trained model). Returns
    lies_caught and true_sentences_passed (shares), per_kind {kind: [right, asked]}, and examples of what went wrong.
    """
    from models.motion import MotionClassifier

    keys = held_out_keys(data_dir)
    rng = random.Random(seed)
    keys = sorted(rng.sample(keys, min(timelines, len(keys))))
    bench = _bench(MotionClassifier.from_pretrained() if source == "annotated" else None)
    worlds, facts = [], []
    for i, key in enumerate(keys):
        recording = dataset("hapt").open(key, data_dir)
        bench.add(recording)
        timeline, known = (annotated if source == "annotated" else labelled)(bench, recording)
        worlds.append(World(timeline, bench))
        facts.append(known)
        if progress:
            progress("reading timelines", i + 1, len(keys))
    return judged(worlds, facts, n, rng, progress)


def _bench(motion: object) -> Bench:
    if motion is None:
        return Bench()
    from models.motion import MotionClassifier
    from tools.exemplars import ExemplarStore

    assert isinstance(motion, MotionClassifier)
    try:
        exemplars = ExemplarStore.shipped(Path(tempfile.mkdtemp(prefix="exemplars-")), revision=motion.revision)
    except UserError:  # exemplars not built, or for another checkpoint: no statements about them then
        exemplars = None
    return Bench(motion=motion, exemplars=exemplars)


def judged(
    worlds: list[World], facts: list[Facts], n: int, rng: random.Random, progress: Progress | None = None
) -> dict[str, object]:
    """The verifier's verdicts on `n` true sentences and `n` lies from these timelines."""
    verifiers = [Verifier(f) for f in facts]
    right: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    missed: list[str] = []
    refused: list[str] = []
    sentences = [*true_sentences(worlds, n, rng), *lies(worlds, n, rng)]
    for i, sentence in enumerate(sentences):
        check = verifiers[sentence.world].check(
            sentence.text, sentence.ids, Span(*sentence.span) if sentence.span else None
        )
        true = sentence.kind == "true"
        kind = f"true {sentence.statement}" if true else sentence.kind
        asked[kind] += 1
        right[kind] += check.supported == true
        if check.supported != true:
            (refused if true else missed).append(_shown(sentence, check.reason))
        if progress and i % 200 == 0:
            progress("checking sentences", i, len(sentences))
    return {
        "lies_caught": 1 - len(missed) / n,
        "true_sentences_passed": 1 - len(refused) / n,
        "timelines": len(worlds),
        "per_kind": {kind: [right[kind], asked[kind]] for kind in sorted(asked)},
        "missed_lies": missed[:MOST_MISSES],
        "refused_truths": refused[:MOST_MISSES],
        "different_sentences": len({s.text for s in sentences}),
    }


def _shown(sentence: Sentence, reason: str) -> str:
    tail = f" [truth: {sentence.truth}]" if sentence.truth else ""
    return f"{sentence.statement} {sentence.kind}: {sentence.text}{tail} ({reason})"
