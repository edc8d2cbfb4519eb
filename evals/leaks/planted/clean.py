"""Honest materials from the real sets, complete enough that every detector has something to look at."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from evals.leaks.digests import as_channels
from evals.leaks.material import Item, Material, Prompt
from evals.leaks.sounds import slow_sound
from models.motion.protocols import PROTOCOLS, WindowProtocol
from models.motion.subjects import VALIDATION_SUBJECTS
from recordings import Stream
from recordings.datasets import HELD_OUT_SUBJECTS, dataset

Features = npt.NDArray[np.float64]
Row = TypeVar("Row")
_OPTIONS = 4
_EXEMPLARS_A_CLASS = 2


def window_material(name: str, data_dir: Path, most: int | None = None, seed: int = 0) -> Material:
    """One of the window protocols under its held-out subjects. most: about so many windows, evenly over recordings."""
    protocol = PROTOCOLS[name]
    parts: dict[str, list[Item]] = {"train": [], "validation": [], "test": []}
    keys = _keys(protocol, data_dir)
    if most is not None:
        keys = [k for part in _by_part(protocol, keys, data_dir) for k in _evenly(part, max(24, most // 25))]
    source = dataset(protocol.dataset)
    for key in keys:
        recording = source.open(key, data_dir)
        subject = recording.subject or ""
        windows = protocol.windows(recording)
        if most is not None:
            windows = _evenly(windows, 8)
        stream = recording.streams[0]
        parts[_part(protocol.dataset, subject)] += [
            _item(stream, f"{recording.id}@{w.start_s:g}", subject, recording.id, w.start_s, w.end_s, label)
            for w, label in windows
        ]
    return _complete(parts["train"], parts["validation"], parts["test"], seed)


def _keys(protocol: WindowProtocol, data_dir: Path) -> list[str]:
    keys = dataset(protocol.dataset).keys(data_dir)
    if protocol.dataset != "wisdm":
        return keys
    device = "/watch/" if protocol.position == "wrist" else "/phone/"
    return [key for key in keys if device in key]


def _part(name: str, subject: str) -> str:
    if subject in HELD_OUT_SUBJECTS[name]:
        return "test"
    return "validation" if subject in VALIDATION_SUBJECTS[name] else "train"


def _by_part(protocol: WindowProtocol, keys: Sequence[str], data_dir: Path) -> list[list[str]]:
    source = dataset(protocol.dataset)
    parts: dict[str, list[str]] = {"train": [], "validation": [], "test": []}
    for key in keys:
        parts[_part(protocol.dataset, source.subject_of(key, data_dir))].append(key)
    return list(parts.values())


def _evenly(rows: Sequence[Row], most: int) -> list[Row]:
    if len(rows) <= most:
        return list(rows)
    return [rows[int(i)] for i in np.linspace(0, len(rows) - 1, most)]


def _item(stream: Stream, name: str, subject: str, recording: str, start_s: float, end_s: float, label: str) -> Item:
    samples = stream.between(start_s, end_s)
    return Item(
        id=name,
        subject=subject,
        recording=recording,
        start_s=start_s,
        end_s=end_s,
        label=label,
        text=measured_text(samples, stream.rate_hz),
        metadata={
            "rate_hz": stream.rate_hz,
            "position": stream.position or "unknown",
            "channels": len(stream.channels),
        },
        vector=samples,
        group=recording,
        present=frozenset({"motion"}),
    )


def measured_text(samples: npt.NDArray[np.float32], rate_hz: float) -> str:
    """What the samples alone say, in words; the running index of a sentence is not a class."""
    x = as_channels(samples)[:3].astype(np.float64)
    size = np.sqrt((x**2).sum(axis=0))
    power = np.abs(np.fft.rfft(size - size.mean())) ** 2
    strongest = float(np.fft.rfftfreq(len(size), 1 / rate_hz)[int(power.argmax())])
    return (
        f"Acceleration: mean {size.mean():.2f}, deviation {size.std():.2f}, largest {size.max():.2f} m/s²; "
        f"strongest rhythm {strongest:.2f} Hz; the trend lies between {x[0].min():.2f} and {x[0].max():.2f} m/s² on x."
    )


def clip_material(data_dir: Path, most: int | None = None, seed: int = 0) -> Material:
    """Sound clips split by source recording, as the tagger's clips are."""
    from models.audio.clips import shippable_clips
    from recordings.datasets.audio_clips import read_clip

    parts: dict[str, list[Item]] = {"train": [], "validation": [], "test": []}
    rows = shippable_clips(data_dir)
    for row in rows if most is None else _evenly(sorted(rows, key=lambda r: (r.part, r.clip.file)), most):
        samples, rate_hz = read_clip(data_dir, row.clip.file)
        level = f"Level {row.clip.rms_dbfs:.1f} dBFS, {100 * row.clip.active_share:.1f} % of frames above the floor."
        parts[row.part].append(
            Item(
                id=f"clip-{len(parts[row.part]):04d}-{row.part}",
                subject=row.source,
                recording=row.clip.file,
                start_s=0.0,
                end_s=samples.shape[1] / rate_hz,
                label=row.label,
                text=level,
                vector=slow_sound(samples[0], rate_hz),
                group=row.source,
                present=frozenset({"audio"}),
            )
        )
    return _complete(parts["train"], parts["validation"], parts["test"], seed)


def paired_material(data_dir: Path, most: int | None = None, seed: int = 0) -> Material:
    """Label-paired samples: watch windows and sound clips of one activity, one of the two missing where the class has none.

    Test windows are of held-out subjects, test clips of other sources than the training clips'.
    """
    windows = window_material("wisdm_watch", data_dir, most or 2000, seed)
    clips = clip_material(data_dir, most or 600, seed)
    parts = []
    for name in ("train", "validation", "test"):
        left, right = list(getattr(windows, name) or ()), list(getattr(clips, name) or ())
        parts.append(_paired(left, right, np.random.default_rng(seed)))
    return _complete(parts[0], parts[1], parts[2], seed)


# Which motion may go with which sound; what is in neither has one modality missing.
_MOTION_OF = {"typing": "keyboard_typing", "eating_soup": "cutlery_and_plates", "eating_pasta": "cutlery_and_plates"}


def _paired(windows: list[Item], clips: list[Item], rng: np.random.Generator) -> list[Item]:
    by_label: dict[str, list[Item]] = {}
    for sound in clips:
        by_label.setdefault(sound.label, []).append(sound)
    used: set[str] = set()
    out = []
    for window in windows:
        sounds = by_label.get(_MOTION_OF.get(window.label, ""), [])
        clip = sounds[int(rng.integers(len(sounds)))] if sounds else None
        if clip is not None:
            used.add(clip.id)
        out.append(
            Item(
                id=f"pair-{window.id}",
                subject=window.subject,
                recording=window.recording,
                start_s=window.start_s,
                end_s=window.end_s,
                label=window.label,
                text=window.text + (f" {clip.text}" if clip else ""),
                vector=window.vector,
                group=window.recording,
                present=frozenset({"motion", "audio"} if clip else {"motion"}),
            )
        )
    alone = [c for c in clips if c.id not in used and c.label not in _MOTION_OF.values()]
    return out + [
        Item(
            id=f"pair-{c.id}",
            subject=c.subject,
            recording=c.recording,
            start_s=c.start_s,
            end_s=c.end_s,
            label=c.label,
            text=c.text,
            vector=c.vector,
            group=c.group,
            present=frozenset({"audio"}),
        )
        for c in alone
    ]


def _complete(train: list[Item], validation: list[Item], test: list[Item], seed: int) -> Material:
    """The split with everything around it: exemplars, prompts, options, fits, predictions, and a model to refit."""
    rng = np.random.default_rng(seed)
    classes = sorted({i.label for i in test})
    exemplars = [e for c in classes for e in _evenly([i for i in train if i.label == c], _EXEMPLARS_A_CLASS)]
    orders, prompts = {}, []
    for item in test:
        others = [c for c in classes if c != item.label]
        shown = [item.label, *rng.permutation(others)[: _OPTIONS - 1].tolist()]
        orders[item.id] = [str(o) for o in rng.permutation(shown)]
        quoted = exemplars[int(rng.integers(len(exemplars)))] if exemplars else None
        shots = f"Example: {quoted.text} Answer: {quoted.label}\n" if quoted else ""
        options = ", ".join(orders[item.id])
        prompts.append(
            Prompt(item.id, f"{shots}{item.text}\nOne of: {options}.\nAnswer:", (quoted.id,) if quoted else ())
        )
    model = CentroidModel(train, test)
    said = model.predict(test)
    fitted, chosen = [i.id for i in train], [i.id for i in validation]
    return Material(
        train=train,
        validation=validation,
        test=test,
        exemplars=[_shot(e) for e in exemplars],
        prompts=prompts,
        fitted_on={
            "scaler": fitted,
            "threshold": chosen,
            "calibration": chosen,
            "early_stopping": chosen,
            "selection": chosen,
            "few_shot": [e.id for e in exemplars],
        },
        option_orders=orders,
        predictions={i.id: s for i, s in zip(test, said, strict=True)},
        refit=model.refit,
        predict=model.predict,
        unseen=("climbing_a_rope",),
        pretraining_labels=sorted({i.label for i in train}),
        pretraining_subjects=sorted({i.subject for i in train}),
        seed=seed,
    )


def _shot(item: Item) -> Item:
    import dataclasses

    return dataclasses.replace(item, text=f"Example: {item.text} Answer: {item.label}\n")


class CentroidModel:
    """Nearest class mean of standardised window statistics: enough of a model for the two experiments on it."""

    def __init__(self, train: Sequence[Item], test: Sequence[Item]) -> None:
        self.train, self.test = train, test
        raw = _statistics(train)
        self.mean, self.deviation = raw.mean(axis=0), raw.std(axis=0) + 1e-6
        self.learnt = self._scaled(raw)
        self.rows = {i.id: row for i, row in zip(test, self._scaled(_statistics(test)), strict=True)}
        self.fitted = self._fit([i.label for i in train])

    def _scaled(self, raw: Features) -> Features:
        return np.asarray((raw - self.mean) / self.deviation)

    def _fit(self, labels: Sequence[str]) -> tuple[list[str], Features]:
        names = sorted(set(labels))
        given = np.array(labels)
        return names, np.stack([self.learnt[given == n].mean(axis=0) for n in names])

    def _say(self, model: tuple[list[str], Features], items: Sequence[Item]) -> list[str]:
        names, centres = model
        return [names[int(((centres - self.rows[i.id]) ** 2).sum(axis=1).argmin())] for i in items]

    def refit(self, labels: Sequence[str]) -> list[str]:
        return self._say(self._fit(labels), self.test)

    def predict(self, items: Sequence[Item]) -> list[str]:
        return self._say(self.fitted, items)


def _statistics(items: Sequence[Item]) -> Features:
    """(items, 20): moments of the first eight channels' size and motion, zero-padded; a gap counts as 0."""
    out = np.zeros((len(items), 20))
    for row, item in enumerate(items):
        if item.vector is None:
            continue
        x = as_channels(item.vector)[:6].astype(np.float64)
        parts = [x.mean(axis=1), x.std(axis=1), np.abs(np.diff(x, axis=1)).mean(axis=1)]
        for k, part in enumerate(parts):
            out[row, 6 * k : 6 * k + len(part)] = part
    return out


def clean_material(name: str, data_dir: Path, most: int | None = None, seed: int = 0) -> Material:
    """`audio`, `label_paired`, or one of the five window protocols."""
    if name == "audio":
        return clip_material(data_dir, most, seed)
    if name == "label_paired":
        return paired_material(data_dir, most, seed)
    return window_material(name, data_dir, most, seed)


CLEAN = (*PROTOCOLS, "audio", "label_paired")
