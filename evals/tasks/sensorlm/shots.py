"""Few labelled windows a class, on frozen vectors: SensorLM's, the motion classifier's, LLaSA's encoder's, and plain features."""

from __future__ import annotations

import time

import numpy as np
import numpy.typing as npt

from evals.runs import Run, Sample
from evals.systems.on_embeddings import embeddings
from evals.systems.on_features import logistic, spread
from evals.systems.sensor_words import reader_of, vectors_of
from evals.systems.telltale_motion import shipped
from evals.systems.windows import WindowSet
from evals.tasks.sensorlm.checkpoints import Checkpoint

SHOTS = (1, 2, 4, 8, 16)
QUICK_SHOTS = (1, 16)
PENALTY = 0.1
MOTION, FEATURES = "linear probe, motion embeddings", "linear probe, features"
LLASA = "linear probe, LLaSA's encoder"
Floats = npt.NDArray[np.float32]


def probe_name(checkpoint: Checkpoint) -> str:
    return f"linear probe, {checkpoint.name}"


def collect_shots(
    run: Run, checkpoint: Checkpoint, name: str, pool: WindowSet, test: WindowSet, shots: tuple[int, ...], seeds: range
) -> None:
    """Shots of other people (the training subjects), test windows of the held-out ones."""
    systems = (probe_name(checkpoint), MOTION, LLASA, FEATURES)
    if all(run.finished(s, f"shots/{name}:{k}/{seed}") for s in systems for k in shots for seed in seeds):
        return
    reader = reader_of(checkpoint.path)
    rng_rows = {seed: _drawn(pool, max(shots), np.random.default_rng(seed)) for seed in seeds}
    used = np.unique(np.concatenate([rows.ravel() for rows in rng_rows.values()]))
    few = pool.take(used[used >= 0])
    place = {int(row): i for i, row in enumerate(used[used >= 0].tolist())}
    numbers: dict[str, tuple[Floats, Floats, str]] = {
        systems[0]: (
            reader.done(vectors_of(reader, few)[0]),
            reader.done(vectors_of(reader, test)[0]),
            reader.revision,
        ),
        MOTION: (embeddings(few), embeddings(test), shipped().revision),
        LLASA: (llasa_vectors(few)[0], *llasa_vectors(test)),
        FEATURES: (few.features, test.features, "z-scored features"),
    }
    for system, (mine, theirs, revision) in numbers.items():
        for seed, drawn in rng_rows.items():
            for k in shots:
                part = f"shots/{name}:{k}/{seed}"
                if run.finished(system, part):
                    continue
                began = time.perf_counter()
                rows = np.array([place[int(r)] for r in drawn[:, :k].ravel().tolist() if r >= 0])
                model = logistic(PENALTY, mine[rows], few.truth[rows])
                shares = spread(model.predict_proba(theirs), model[-1].classes_, len(test.classes))
                said = shares.argmax(axis=1)
                run.add_all(
                    Sample(
                        id=identity,
                        system=system,
                        part=part,
                        subject=str(test.subjects[i]),
                        truth=test.classes[int(test.truth[i])],
                        prediction=test.classes[int(said[i])],
                    )
                    for i, identity in enumerate(test.ids)
                )
                run.finish(
                    system, part, revision=revision, seconds=round(time.perf_counter() - began, 3), seed=seed, labels=list(test.classes)
                )  # fmt: skip


def llasa_vectors(windows: WindowSet) -> tuple[Floats, str]:
    """(n, 144) means and deviations of the shipped LLaSA's encoder's rows in the 6 s around each window's middle, zeros where the
    samples do not allow them, and the checkpoint's revision. No language model is asked."""
    from models.limubert.measuring import pooled_rows
    from models.llasa.checkpoints import load_trained, named_folder, revision_of
    from models.llasa.predictor import window_around

    folder = named_folder(None)
    model = load_trained(folder)
    out = np.zeros((len(windows), 2 * int(model.config.encoder_size)), dtype=np.float32)
    cut = [
        window_around(windows.streams[recording], span)
        for recording, span in zip(windows.recordings.tolist(), windows.spans, strict=True)
    ]
    rows = [i for i, values in enumerate(cut) if values is not None]
    if rows:
        out[rows] = pooled_rows(model.encoder, np.stack([values for values in cut if values is not None]))
    return out, revision_of(folder, str(model.config.revision_name))


def _drawn(windows: WindowSet, most: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """(classes, most) rows, −1 where a class has fewer; the first k of a row are its k shots."""
    out = np.full((len(windows.classes), most), -1, dtype=np.int64)
    for c in range(len(windows.classes)):
        rows = rng.permutation(np.flatnonzero(windows.truth == c))[:most]
        out[c, : len(rows)] = rows
    return out
