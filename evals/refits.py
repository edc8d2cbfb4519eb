"""The product's motion model refitted for a protocol, so that its row stands where the shipped weights have met the people tested.

`python -m evals.refits --data DIR --protocol groups:5 -o motion-groups5.npz` trains the shipped recipe once a fold on the fold's
training people of all sets, keeps each fold's answers in `<name>.folds/`, and goes on where it was stopped. Then
`telltale eval har --protocol groups:5 --systems predictions:motion-groups5.npz,…` scores them beside the baselines.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from evals.protocols import folds
from evals.tasks.har import subjects_of
from models.motion.protocols import PROTOCOLS
from models.motion.training.loop import DEFAULT_EPOCHS, default_config
from models.motion.training.refits import Round, predictions, recordings_of, streams_of, train_on, write_predictions
from recordings import UserError

Answers = dict[str, tuple[list[str], npt.NDArray[np.float16]]]
Progress = Callable[[str, float], None]
NAME = "telltale motion, refitted"


def rounds(spec: str, data_dir: Path) -> tuple[Round, ...]:
    """The protocol's folds, the same number of every set put together. UserError where the sets have different numbers of folds."""
    sets = {protocol.dataset: name for name, protocol in PROTOCOLS.items()}
    made = {name: folds(spec, name, subjects_of(key, data_dir)) for name, key in sets.items()}
    if len({len(found) for found in made.values()}) != 1 or any(f.train_sets for found in made.values() for f in found):
        raise UserError(
            spec, expected="fixed or groups:K, which every set has alike", found="folds that differ from set to set",
            cure="name groups:K",
        )  # fmt: skip
    return tuple(
        Round(
            f"{number}",
            {name: frozenset(found[number].train) for name, found in made.items()},
            {name: frozenset(found[number].validation) for name, found in made.items()},
            {name: frozenset(found[number].test) for name, found in made.items()},
        )
        for number in range(len(next(iter(made.values()))))
    )


def refit(
    data_dir: Path,
    spec: str,
    target: Path,
    *,
    epochs: int = DEFAULT_EPOCHS,
    members: int = 1,
    seed: int = 0,
    device: str = "auto",
    progress: Progress | None = None,
) -> None:
    """Write `target` (.npz, `evals/systems/imported.py` has its format). A fold that is in its folder is not trained again.

    members: networks a fold; the shipped model pools four, which takes four times as long.
    """
    tick: Progress = progress or (lambda text, share: None)
    asked = {"protocol": spec, "epochs": epochs, "members": members, "seed": seed}
    folder = target.with_suffix(".folds")
    folder.mkdir(parents=True, exist_ok=True)
    todo = rounds(spec, data_dir)
    done: dict[str, tuple[Round, Mapping[str, tuple[list[str], npt.NDArray[np.float16]]]]] = {}
    revision = ""
    for number, one in enumerate(todo):
        kept = folder / f"{one.name}.npz"
        if not kept.is_file():
            _keep(kept, asked, *_answers(data_dir, one, asked, device, _within(tick, number, len(todo))))
        answers, revision = _kept(kept, asked)
        done[one.name] = (one, answers)
    networks = "one network" if members == 1 else f"{members} networks"
    write_predictions(
        target,
        done,
        {
            "name": NAME,
            "protocol": spec,
            "revision": f"{revision}, {networks} a fold, temperatures and pool of the fold's own validation people",
        },
    )


def _answers(
    data_dir: Path, one: Round, asked: Mapping[str, object], device: str, progress: Progress
) -> tuple[Answers, str]:
    config = default_config()
    config.members = int(str(asked["members"]))
    known = {name: one.train[name] | one.choosing[name] for name in one.train}
    model = train_on(
        streams_of(data_dir, config.rate_hz, known),
        one.choosing,
        seed=int(str(asked["seed"])),
        epochs=int(str(asked["epochs"])),
        config=config,
        device=device,
        progress=progress,
    )
    tested = recordings_of(data_dir, one.test)
    return {name: predictions(model, protocol, tested) for name, protocol in PROTOCOLS.items()}, model.revision


def _keep(path: Path, asked: Mapping[str, object], answers: Answers, revision: str) -> None:
    """Whole or not at all."""
    arrays: dict[str, npt.NDArray[np.generic]] = {"meta": np.array(json.dumps({**asked, "revision": revision}))}
    for name, (ids, probabilities) in answers.items():
        arrays |= {f"{name}/ids": np.array(ids), f"{name}/probabilities": probabilities}
    part = path.with_suffix(".part.npz")
    np.savez_compressed(part, **arrays)  # type: ignore[arg-type]
    part.replace(path)


def _kept(path: Path, asked: Mapping[str, object]) -> tuple[Answers, str]:
    with np.load(path, allow_pickle=False) as file:
        meta = json.loads(str(file["meta"]))
        if {key: meta[key] for key in asked} != dict(asked):
            raise UserError(
                path, expected=f"a fold of {dict(asked)}", found=meta, cure="name another output, or delete it"
            )
        return {n: (file[f"{n}/ids"].tolist(), file[f"{n}/probabilities"]) for n in PROTOCOLS}, str(meta["revision"])


def _within(tick: Progress, number: int, count: int) -> Progress:
    return lambda text, share: tick(f"fold {number + 1} of {count}: {text}", (number + share) / count)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--protocol", default="groups:5")
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=DEFAULT_EPOCHS)
    parser.add_argument("--members", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", default="auto")
    asked = parser.parse_args()
    began, said = time.monotonic(), [-60.0]

    def tell(text: str, share: float) -> None:
        if time.monotonic() - began - said[0] >= 20:
            said[0] = time.monotonic() - began
            sys.stderr.write(f"{share:4.0%} {said[0]:.0f} s {text}\n")

    try:
        refit(
            asked.data,
            asked.protocol,
            asked.output,
            epochs=asked.epochs,
            members=asked.members,
            seed=asked.seed,
            device=asked.device,
            progress=tell,
        )
    except UserError as mistake:
        sys.exit(f"{mistake}")


if __name__ == "__main__":
    main()
