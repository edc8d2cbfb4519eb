"""Fresh networks for any split of people, and their predictions as a file that the har task reads."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np

from models.motion import MotionConfig
from models.motion.protocols import PROTOCOLS
from models.motion.training.corpus import Run, TrainingStream
from models.motion.training.learner import Recipe
from models.motion.training.refits import Round, predictions, train_on, write_predictions
from recordings import Annotation, Recording, Stream

TINY = MotionConfig(stem_width=4, widths=(4, 4), statistics_size=4, embedding_size=8, position_size=2, members=2)
CHANNELS = ("acc_x", "acc_y", "acc_z", "gyro_x", "gyro_y", "gyro_z")


def stream(subject: str) -> TrainingStream:
    """Ten seconds still, ten swinging, at the waist."""
    rng = np.random.default_rng(int(subject))
    samples = rng.normal(0, 0.05, (6, 1000)).astype(np.float32)
    samples[0] += 9.8
    samples[:3, 500:] += 4 * np.sin(np.arange(500) / 4.0)
    runs = (Run(0, 500, "standing"), Run(500, 1000, "walking"))
    return TrainingStream("hapt", "hapt", "waist", subject, f"hapt/{subject}", samples, runs)


def recorded(one: TrainingStream) -> Recording:
    units = ("m/s²",) * 3 + ("rad/s",) * 3
    motion = Stream("motion", "motion", CHANNELS, units, 50.0, one.samples, position="waist", gravity="included")
    notes = (Annotation(0.0, 10.0, "standing"), Annotation(10.0, 20.0, "walking"))
    return Recording(
        id=one.key,
        source="simulated",
        sha256="0" * 64,
        streams=(motion,),
        annotations=notes,
        dataset="hapt",
        subject=one.subject,
    )


def test_networks_learn_from_the_named_people_and_answer_the_others(tmp_path: Path) -> None:
    people = ("1", "3", "5", "6")
    model = train_on(
        [stream(who) for who in people],
        {"hapt": frozenset({"6"})},
        epochs=40,
        config=TINY,
        recipe=Recipe(batch_size=32, epoch_window_s=2.0, bfloat16=False),
        device="cpu",
    )
    assert model.embedding_size == 16 and model.revision.endswith("refitted")
    assert model.model.config.temperatures["waist"] != 1.0
    test = recorded(stream("7"))
    found = predictions(model, PROTOCOLS["hapt"], [test])
    ids, probabilities = found
    assert ids[:2] == ["hapt/7@0.000", "hapt/7@1.280"] and probabilities.shape == (len(ids), 6)
    truth = np.array([1 if float(i.rpartition("@")[2]) < 10 else 0 for i in ids])
    still, moving = (PROTOCOLS["hapt"].classes.index(name) for name in ("standing", "walking"))
    better = probabilities[:, still] > probabilities[:, moving]
    assert (better == (truth == 1)).mean() > 0.8
    assert predictions(model, PROTOCOLS["usc_had"], [test])[0] == []

    one = Round("0", {"hapt": frozenset(people[:3])}, {"hapt": frozenset({"6"})}, {"hapt": frozenset({"7"})})
    write_predictions(tmp_path / "file.npz", {"0": (one, {"hapt": found})}, {"protocol": "groups:5"})
    with np.load(tmp_path / "file.npz", allow_pickle=False) as file:
        assert file["hapt/ids"].tolist() == ids and set(file["hapt/fold"].tolist()) == {"0"}
        assert file["hapt/probabilities"].dtype == np.float16 and file["usc_had/ids"].shape == (0,)
        meta = json.loads(str(file["meta"]))
    assert meta["train_subjects"]["hapt"] == {"0": ["1", "3", "5", "6"]} and meta["protocol"] == "groups:5"


def test_another_split_gives_another_model() -> None:
    settings = {"epochs": 1, "config": TINY, "recipe": Recipe(batch_size=8, epoch_window_s=10.0), "device": "cpu"}
    streams = [stream(who) for who in ("1", "3", "5")]
    nobody: dict[str, frozenset[str]] = {}
    first = train_on(streams, nobody, **settings)  # type: ignore[arg-type]
    again = train_on(streams, nobody, **settings)  # type: ignore[arg-type]
    fewer = train_on([replace(streams[0])], nobody, **settings)  # type: ignore[arg-type]
    weights = [m.model.state_dict()["members.0.stem.0.weight"].numpy() for m in (first, again, fewer)]
    assert np.array_equal(weights[0], weights[1]) and not np.array_equal(weights[0], weights[2])
