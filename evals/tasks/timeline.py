"""`telltale eval timeline`: is every moment of a continuous recording told right? Held-out subjects of hapt, frame by frame."""

from __future__ import annotations

import dataclasses
import platform
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from evals import frames
from evals.registry import Result, TaskOptions
from recordings import Recording, UserError
from recordings.datasets import HELD_OUT_SUBJECTS, dataset, recordings_of

if TYPE_CHECKING:
    from agents.annotate import AnnotateSettings, FusionMode
    from agents.language import LanguageModel
    from agents.timeline import TimelineRecord
    from tools import Bench

CLASSES = ("walking", "walking_upstairs", "walking_downstairs", "sitting", "standing", "lying")
TARGET = 0.90
# What a reader must know beside the figure: constants were tuned on training subjects, the design was not blind.
CAVEAT = (
    "constants were tuned on training subjects, out of fold; the posture smoothing (agents/annotate/postures.py), the boundary "
    "refinement and the joining of episodes were designed after held-out errors had been seen (0.9687 [0.953, 0.982] before the "
    "posture smoothing), so the figure is not fully blind"
)
# Asking the language model about every episode is slow on a CPU: this many recordings tell whether it helps.
ALWAYS_RECORDINGS = 4
QUICK_RECORDINGS = 2
SAME_RECORDINGS = "timeline, fusion auto, on the recordings of always"
OVERLAP = 0.5
Progress = Callable[[str, int, int], None]
Spans = list[tuple[float, float, str]]


@dataclass
class System:
    """One system's confusion by subject and its segment scores, recording by recording."""

    name: str
    revision: str
    note: str = ""
    by_subject: dict[str, frames.Counts] = field(default_factory=dict)
    edits: list[float] = field(default_factory=list)
    overlaps: frames.Counts = field(default_factory=lambda: np.zeros(3, dtype=np.int64))
    seconds: float = 0.0
    llm_calls: int = 0
    recordings: int = 0

    def add(self, subject: str, truth: frames.Codes, said: frames.Codes, seconds: float = 0.0, calls: int = 0) -> None:
        counts = frames.confusion(truth, said, len(CLASSES))
        self.by_subject[subject] = self.by_subject.get(subject, np.zeros_like(counts)) + counts
        self.edits.append(frames.edit_score(truth, said))
        self.overlaps = self.overlaps + np.array(frames.overlap_counts(truth, said, OVERLAP))
        self.seconds += seconds
        self.llm_calls += calls
        self.recordings += 1

    @property
    def macro_f1(self) -> float:
        return frames.macro_f1(np.sum(list(self.by_subject.values()), axis=0))

    def record(self) -> dict[str, object]:
        total = np.sum(list(self.by_subject.values()), axis=0)
        low, high = frames.subject_interval(self.by_subject)
        hits, extra, missed = (int(n) for n in self.overlaps)
        metrics: dict[str, object] = {
            "macro_f1": {"value": round(self.macro_f1, 4), "ci95": [round(low, 4), round(high, 4)]},
            "accuracy": {"value": round(float(np.trace(total[:, : len(CLASSES)]) / total.sum()), 4)},
            "edit": {"value": round(float(np.mean(self.edits)), 4)},
            "f1_at_50": {"value": round(2 * hits / max(1, 2 * hits + extra + missed), 4)},
        }
        metrics |= {
            f"f1_{name}": {"value": round(float(score), 4)}
            for name, score in zip(CLASSES, frames.f1_scores(total), strict=True)
        }
        return {
            "name": self.name,
            "revision": self.revision,
            "metrics": metrics,
            "seconds": round(self.seconds, 2),
            "llm_calls": self.llm_calls,
            "recordings": self.recordings,
            "note": self.note,
        }


def run(options: TaskOptions) -> Result:
    """The eval JSON of `contracts`, with the language model that the options name."""
    from agents.language import open_language_model

    if options.data_dir is None:
        raise UserError("timeline", expected="the public data sets", found="no --data", cure="add --data DIR")
    return run_timeline(
        options.data_dir,
        llm=open_language_model(options.llm),
        progress=options.progress,
        quick=options.limit is not None,
        limit=options.limit,
    )


def run_timeline(
    data_dir: Path,
    *,
    bench: Bench | None = None,
    llm: LanguageModel | None = None,
    progress: Progress | None = None,
    quick: bool = False,
    limit: int | None = None,
) -> Result:
    """Annotate every held-out hapt recording and score it per sample, beside the window classifier alone and the controls.

    llm None leaves out the modes that ask one. quick: two recordings (or `limit`). The recordings are annotated with their
    annotations taken out, so that nothing but the scoring can see them. Bootstrap by subject, 2,000 resamples, seed 0.
    """
    if bench is None:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            own = shipped_bench(Path(folder))
            return run_timeline(data_dir, bench=own, llm=llm, progress=progress, quick=quick, limit=limit)
    held_out = HELD_OUT_SUBJECTS["hapt"]
    chosen = [key for key in dataset("hapt").keys(data_dir) if dataset("hapt").subject_of(key, data_dir) in held_out]
    chosen = chosen[: limit or QUICK_RECORDINGS] if quick else chosen
    systems = _systems(bench, llm, majority_class(data_dir))
    forgotten: list[bool] = []
    recalled_own: list[bool] = []
    frames_scored = 0
    for i, key in enumerate(chosen):
        recording = dataset("hapt").open(key, data_dir)
        subject, truth = str(recording.subject), truth_of(recording)
        unlabelled = dataclasses.replace(recording, annotations=())
        forgotten.append(not unlabelled.annotations)
        frames_scored += int((truth >= 0).sum())
        majority = np.full(len(truth), CLASSES.index(systems["majority"].note), dtype=np.int16)
        systems["majority"].add(subject, truth, majority)
        for name, spans, seconds in _without_fusion(bench, unlabelled):
            systems[name].add(subject, truth, _codes(spans, recording), seconds)
        for mode in _modes(llm, i):
            if progress:
                progress(f"{key} fusion {mode}", i, len(chosen))
            began = time.perf_counter()
            timeline = _annotated(unlabelled, bench, llm, mode)
            spent = time.perf_counter() - began
            spans = [(e.start_s, e.end_s, e.activity) for e in timeline.episodes]
            calls = int(timeline.timings["llm_calls"])
            said = _codes(spans, recording)
            systems[f"timeline, fusion {mode}"].add(subject, truth, said, spent, calls)
            if mode == "auto" and i < ALWAYS_RECORDINGS:
                systems[SAME_RECORDINGS].add(subject, truth, said, spent, calls)
            recalled_own += [x.subject == subject for e in timeline.episodes for x in e.exemplars]
        bench.remove(recording.id)
    kept = {name: system for name, system in systems.items() if system.recordings}
    main = kept[f"timeline, fusion {'auto' if llm is not None else 'never'}"]
    window = kept["window classifier alone"]
    return {
        "schema_version": 1,
        "task": "timeline",
        "protocol": {
            "name": "frame-level activity recognition of continuous recordings", "source": "Telltale",
            "split": "held-out subjects", "window_s": bench.window_s, "stride_s": bench.stride_s, "classes": list(CLASSES),
            "train_subjects": "the other 21", "test_subjects": sorted(held_out, key=int),
            "excluded": "samples without a label and postural transitions; predicting one of those on a labelled sample counts as wrong",
            "caveat": CAVEAT, "interval": "95 %, bootstrap by subject, 2,000 resamples",
        },
        "data": {"name": "hapt", "recordings": len(chosen), "frames": frames_scored, "provenance": "real"},
        "systems": [system.record() for system in kept.values()],
        "published": [],
        "leak_audit": {"checks": [
            {"name": "annotations removed before annotating", "passed": all(forgotten), "detail": f"{len(forgotten)} recordings"},
            {"name": "no exemplar of the recording's own subject", "passed": not any(recalled_own), "detail": f"{len(recalled_own)} exemplars recalled"},
        ]},
        "timeline_macro_f1": round(main.macro_f1, 4),
        "window_macro_f1": round(window.macro_f1, 4),
        "target_met": bool(main.macro_f1 >= TARGET and main.macro_f1 >= window.macro_f1),
        "seeds": [0],
        "command": "telltale eval timeline --data DIR",
        "versions": {"python": platform.python_version(), **{name: version(name) for name in ("torch", "numpy", "langgraph", "ruptures")}},
    }  # fmt: skip


def shipped_bench(cache_dir: Path) -> Bench:
    """The weights and the exemplars that ship; no sound model, because hapt has no sound. The store is put below `cache_dir`."""
    from models.motion import MotionClassifier
    from tools import Bench
    from tools.exemplars import ExemplarStore

    motion = MotionClassifier.from_pretrained()
    return Bench(motion=motion, exemplars=ExemplarStore.shipped(cache_dir, revision=motion.revision))


def truth_of(recording: Recording) -> frames.Codes:
    """(n,) the class of every sample of the only stream; transitions and unlabelled samples are `UNLABELLED`."""
    from models.motion.taxonomy import label_of

    spans = [(a.start_s, a.end_s, label_of("hapt", a.label) or "") for a in recording.annotations]
    codes = _codes(spans, recording, blank=frames.UNLABELLED)
    return np.where(codes == frames.OTHER, np.int16(frames.UNLABELLED), codes)


def _codes(spans: Spans, recording: Recording, blank: int = frames.OTHER) -> frames.Codes:
    stream = recording.streams[0]
    return frames.painted(spans, CLASSES, stream.rate_hz, stream.n, blank)


def _systems(bench: Bench, llm: LanguageModel | None, majority: str) -> dict[str, System]:
    motion = "" if bench.motion is None else bench.motion.revision
    language = "" if llm is None else llm.revision
    systems = [
        System("majority", "", note=majority),
        System("window classifier alone", motion, note="the most probable label of the nearest window"),
        System("decoded, without fusion", motion, note="segments and their decoded label"),
        System("timeline, fusion never", motion, note="the log-linear pool of motion and neighbours decides"),
        System("timeline, fusion auto", f"{motion} {language}", note="the language model is asked where they disagree"),
        System(
            "timeline, fusion always",
            f"{motion} {language}",
            note=f"asked about every episode; the first {ALWAYS_RECORDINGS} recordings",
        ),
        System(
            SAME_RECORDINGS, f"{motion} {language}", note="so that asking about every episode has its like beside it"
        ),
    ]
    return {system.name: system for system in systems}


def _modes(llm: LanguageModel | None, index: int) -> list[FusionMode]:
    if llm is None:
        return ["never"]
    return ["never", "auto", "always"] if index < ALWAYS_RECORDINGS else ["never", "auto"]


def _settings(bench: Bench, mode: FusionMode, llm: LanguageModel | None) -> AnnotateSettings:
    from agents.annotate import AnnotateSettings

    return AnnotateSettings(
        fusion=mode, llm=None if llm is None else llm.name, window_s=bench.window_s, stride_s=bench.stride_s
    )


def _annotated(recording: Recording, bench: Bench, llm: LanguageModel | None, mode: FusionMode) -> TimelineRecord:
    from agents.annotate import annotate

    return annotate(recording, bench=bench, llm=llm, settings=_settings(bench, mode, llm))


def _without_fusion(bench: Bench, recording: Recording) -> list[tuple[str, Spans, float]]:
    """What the classifier says window by window, and what decoding makes of it, with the seconds that each took."""
    from agents.annotate import decoded
    from agents.segmentation import grid_over

    bench.add(recording)
    began = time.perf_counter()
    perception = bench.motion_perception(recording.id)
    if perception is None:
        raise UserError("timeline", expected="a motion model", found="none", cure="put one on the bench")
    grid = grid_over(recording.span, bench.window_s, bench.stride_s)
    best = [perception.labels[int(i)] for i in perception.probabilities.argmax(axis=1)]
    edges = grid.edges_s
    alone = [(float(edges[i]), float(edges[i + 1]), label) for i, label in enumerate(best)]
    windows_s = time.perf_counter() - began
    segments = decoded(recording, bench=bench, settings=_settings(bench, "never", None))
    spans = [(s.span.start_s, s.span.end_s, s.heard[0][1]) for s in segments if s.heard]
    return [
        ("window classifier alone", alone, windows_s),
        ("decoded, without fusion", spans, time.perf_counter() - began),
    ]


def majority_class(data_dir: Path) -> str:
    """The class with most samples among the training subjects."""
    total = np.zeros(len(CLASSES), dtype=np.int64)
    for recording in recordings_of("hapt", data_dir):
        if recording.subject not in HELD_OUT_SUBJECTS["hapt"]:
            truth = truth_of(recording)
            total += np.bincount(truth[truth >= 0], minlength=len(CLASSES))
    return CLASSES[int(total.argmax())]
