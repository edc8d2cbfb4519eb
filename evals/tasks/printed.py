"""Numbers printed in 200 real annotated recordings, counted apart from the verifier: how many does no fact support?"""

from __future__ import annotations

import platform
import random
import tempfile
from collections import Counter
from pathlib import Path

from agents.annotate import AnnotateSettings, annotate
from agents.language import open_language_model
from agents.timeline import TimelineRecord
from evals.registry import Result, TaskOptions
from evals.tasks.timeline import shipped_bench
from evals.tasks.verification import count_unsupported_numbers
from recordings import UserError
from recordings.datasets import HELD_OUT_SUBJECTS, dataset

RECORDINGS = 200
CAVEAT = "with the default settings no language model wrote a sentence: this counts the templates' numbers, not a model's prose"
SETS = ("hapt", "usc_had", "motionsense", "wisdm")


def run(options: TaskOptions) -> Result:
    """Annotates with the default settings, exemplars included. UserError without data."""
    if options.data_dir is None:
        raise UserError("printed", expected="the public data sets", found="no --data", cure="add --data DIR")
    rng = random.Random(options.seed)
    held_out = {name: _held_out(name, options) for name in SETS}
    keys = [("hapt", key) for key in held_out["hapt"]]
    share = (RECORDINGS - len(keys)) // 3 + 1
    for name in SETS[1:]:
        keys += [(name, key) for key in sorted(rng.sample(held_out[name], min(share, len(held_out[name]))))]
    keys = keys[: options.limit or RECORDINGS]
    folder = tempfile.TemporaryDirectory(prefix="telltale-exemplars-")
    bench = shipped_bench(Path(folder.name))
    llm = open_language_model(options.llm)
    settings = AnnotateSettings(llm=options.llm)
    verdicts: Counter[str] = Counter()
    unsupported, sentences = 0, 0
    for i, (name, key) in enumerate(keys):
        recording = dataset(name).open(key, options.data_dir)
        bench.add(recording)
        timeline = annotate(recording, bench=bench, llm=llm, settings=settings)
        unsupported += count_unsupported_numbers([timeline])
        sentences += timeline.verification.sentences
        verdicts.update(_verdicts(timeline))
        bench.remove(recording.id)
        if options.progress:
            options.progress("annotating", i + 1, len(keys))
    return {
        "schema_version": 1,
        "task": "printed",
        "protocol": {"name": "default settings", "source": "Telltale", "split": "held-out subjects", "recordings": len(keys), "caveat": CAVEAT},
        "data": {"name": ", ".join(SETS), "provenance": "real"},
        "systems": [
            {
                "name": f"telltale annotate --fusion {settings.fusion}", "revision": bench.motion.revision if bench.motion else "",
                "metrics": {
                    "unsupported_printed": {"value": unsupported},
                    "sentences": {"value": sentences},
                    **{f"sentences_{verdict}": {"value": n} for verdict, n in sorted(verdicts.items())},
                },
                "llm_calls": llm.calls,
            }
        ],
        "published": [],
        "seeds": [options.seed],
        "command": f"telltale eval printed --data DIR --seed {options.seed}",
        "versions": {"python": platform.python_version()},
    }  # fmt: skip


def _held_out(name: str, options: TaskOptions) -> list[str]:
    assert options.data_dir is not None
    source = dataset(name)
    return [
        k for k in source.keys(options.data_dir) if source.subject_of(k, options.data_dir) in HELD_OUT_SUBJECTS[name]
    ]


def _verdicts(timeline: TimelineRecord) -> Counter[str]:
    return Counter(s.verdict for e in timeline.episodes for s in e.explanation)
