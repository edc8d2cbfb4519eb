"""Every system tells every segment; each text is kept as it comes."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from agents.language import SentenceEmbedder
from evals.leaks import Item, Material, Prompt
from evals.measure import measure
from evals.registry import Result, TaskOptions
from evals.runs import JsonValue, Run, Sample
from evals.tasks.captions.captioners import BUILT_IN, Captioner
from evals.tasks.captions.language_models import BATCH, SENSORLLM, prompted, sensorllm, user_text
from evals.tasks.captions.scoring import score
from evals.tasks.captions.segments import (
    DEFAULT_PROTOCOL,
    PER_SET,
    QUICK_PER_SET,
    QUICK_PROTOCOL,
    example_segment,
    lengths_of,
    test_segments,
)
from models.sensorllm.data import MOTION_SETS, AlignmentSample, split_keys
from recordings import UserError
from recordings.datasets import dataset

LANGUAGE_MODEL = "language model alone"
# A text of twenty samples is some 400 tokens, ten to twenty seconds of a processor.
QUICK_SLOW = 3


def run(options: TaskOptions) -> Result:
    return measure("captions", options, collect, score)


def collect(options: TaskOptions, run: Run) -> None:
    """Parts `usc_had/5-200` …, one a set; what a run holds already is not told again."""
    if options.data_dir is None:
        raise UserError("eval captions", expected="the public data sets", found="none named", cure="give --data DIR")
    protocol = options.protocol or (QUICK_PROTOCOL if options.quick else DEFAULT_PROTOCOL)
    lengths = lengths_of(protocol)
    number = options.limit or (QUICK_PER_SET if options.quick else PER_SET)
    segments: dict[str, list[AlignmentSample]] = {}
    examples: dict[str, AlignmentSample] = {}
    for at, name in enumerate(MOTION_SETS):
        run.progress(f"captions: cutting {name}", at, len(MOTION_SETS))
        segments[name] = test_segments(name, options.data_dir, lengths, number, options.seed)
        examples[name] = example_segment(name, options.data_dir, options.seed)
    _note(run, protocol, segments, options.seed)
    systems = _systems(options, examples)
    _audit(run, options, segments, examples, systems)
    references = _References()
    for at, system in enumerate(systems):
        for name in MOTION_SETS:
            part = f"{name}/{protocol}"
            run.progress(f"captions: {system.name} on {part}", at, len(systems))
            if not run.finished(system.name, part):
                _tell(run, system, part, segments[name][: _most(system, options)], references)


def _most(system: Captioner, options: TaskOptions) -> int | None:
    """A limit that was asked for holds for every system; without one a slow model tells fewer, very few in the quick form."""
    if options.limit is not None or system.most is None:
        return None
    return QUICK_SLOW if options.quick else system.most


def _systems(options: TaskOptions, examples: dict[str, AlignmentSample]) -> list[Captioner]:
    """Those asked for, all that apply without a choice. UserError for a name that is none."""
    names = [c.name for c in BUILT_IN] + [LANGUAGE_MODEL, *SENSORLLM]
    unknown = sorted(name for name in options.systems if name not in names and not _of_a_folder(name))
    if unknown:
        raise UserError(
            "eval captions",
            expected=f"systems of {', '.join(names)}",
            found=", ".join(unknown),
            cure="name known ones (sensorllm's may be followed by @DIR, another checkpoint)",
        )
    asked = list(dict.fromkeys(options.systems or names))
    found = [captioner for captioner in BUILT_IN if captioner.name in asked]
    # The slowest last, so that a run that is stopped has told most.
    found += sensorllm([name for name in asked if name in SENSORLLM or _of_a_folder(name)])
    if LANGUAGE_MODEL in asked:
        found.append(prompted(options.llm, examples))
    if not found:
        raise UserError("eval captions", expected="a system that is here", found="none", cure="train or pull SensorLLM")
    return found


def _of_a_folder(name: str) -> bool:
    way, _, folder = name.partition("@")
    return way in SENSORLLM and bool(folder)


class _References:
    """Cosines to the references, each reference embedded once for all systems."""

    def __init__(self) -> None:
        self._embedder = SentenceEmbedder()
        self._vectors: dict[str, npt.NDArray[np.float32]] = {}

    def cosines(self, samples: Sequence[AlignmentSample], texts: Sequence[str]) -> list[float]:
        new = [s for s in samples if s.id not in self._vectors]
        found = self._embedder.embed([*texts, *(s.answer for s in new)])
        self._vectors |= {s.id: v for s, v in zip(new, found[len(texts) :], strict=True)}
        return [float(v @ self._vectors[s.id]) for s, v in zip(samples, found, strict=False)]


def _tell(run: Run, system: Captioner, part: str, samples: Sequence[AlignmentSample], references: _References) -> None:
    began = time.perf_counter()
    calls = 0
    for at in range(0, len(samples), BATCH):
        batch = [s for s in samples[at : at + BATCH] if not run.has(system.name, part, s.id)]
        if not batch:
            continue
        texts = system.write(batch)
        calls += len(batch)
        cosines = references.cosines(batch, texts)
        run.add_all(
            _row(system.name, part, sample, text, cosine)
            for sample, text, cosine in zip(batch, texts, cosines, strict=True)
        )
        run.progress(f"captions: {system.name} on {part}", at + len(batch), len(samples))
    seconds = round(time.perf_counter() - began, 2)
    run.finish(system.name, part, revision=system.detail, seconds=seconds, n=len(samples), written=calls)


def _row(system: str, part: str, sample: AlignmentSample, text: str, cosine: float) -> Sample:
    detail: dict[str, JsonValue] = {
        "dataset": sample.dataset,
        "recording": sample.recording_id,
        "channel": sample.channel,
        "samples": len(sample.series),
        "rate_hz": sample.rate_hz,
        "start_s": round(sample.start / sample.rate_hz, 3),
        "end_s": round(sample.end / sample.rate_hz, 3),
        "embedding_cosine": round(cosine, 5) if text.strip() else 0.0,
    }
    return Sample(
        id=sample.id,
        system=system,
        part=part,
        subject=f"{sample.dataset}/{sample.subject}",
        truth=sample.answer,
        prediction=text if text.strip() else None,
        status="ok" if text.strip() else "invalid",
        detail=detail,
    )


def _note(run: Run, protocol: str, segments: dict[str, list[AlignmentSample]], seed: int) -> None:
    run.note("lengths", protocol)
    run.note("seed", seed)
    sizes: dict[str, JsonValue] = {name: len(samples) for name, samples in segments.items()}
    run.note("segments", sizes)
    people: dict[str, JsonValue] = {}
    for name, found in segments.items():
        people[name] = [*sorted({s.subject for s in found})]
    run.note("test_subjects", people)


def _audit(
    run: Run,
    options: TaskOptions,
    segments: dict[str, list[AlignmentSample]],
    examples: dict[str, AlignmentSample],
    systems: Sequence[Captioner],
) -> None:
    """Whoever is told about was nobody's training: neither a model's nor the prompt's example."""
    if options.data_dir is None:
        raise AssertionError("collect asks for the data first")
    learnt = {
        f"{name}/{dataset(name).subject_of(key, options.data_dir)}"
        for name in MOTION_SETS
        for key in split_keys(name, options.data_dir, {"training", "validation"})
    }.union(*(system.learnt_from for system in systems))
    for name, samples in segments.items():
        test = [_item(sample) for sample in samples]
        run.audit(
            Material(
                test=test,
                exemplars=[replace(_item(examples[name]), text=examples[name].answer)],
                prompts=[Prompt(s.id, user_text(s, examples[name]), (examples[name].id,)) for s in samples],
                pretraining_subjects=learnt,
            ),
            part=name,
        )


def _item(sample: AlignmentSample) -> Item:
    return Item(
        id=sample.id,
        subject=f"{sample.dataset}/{sample.subject}",
        # A channel is a series of its own: two channels of one moment share no sample.
        recording=f"{sample.dataset}/{sample.recording_id}/{sample.channel}",
        start_s=sample.start / sample.rate_hz,
        end_s=sample.end / sample.rate_hz,
        # Exact copies only: a dozen samples of one channel resemble others by chance, however they are scaled.
        digest=hashlib.blake2b(sample.series.tobytes(), digest_size=16).hexdigest(),
    )
