"""How much of the exact answer the graph index finds, with filters that leave much and filters that leave little."""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from evals.runs import Run, Sample
from evals.tasks.retrieval.neighbours import Floats
from tools.exemplars import ExemplarSet, ExemplarStore

K = 10
GRAPH, PRODUCT = "graph", "product"


@dataclass(frozen=True, slots=True)
class Filtered:
    """A filter by name, and what the store is asked with."""

    name: str
    exclude_subject: str | None = None
    position: str | None = None
    dataset: str | None = None


def filters(exemplars: ExemplarSet) -> list[Filtered]:
    """None, the commonest and the rarest of each kind, and two together."""
    subjects = Counter(e.subject for e in exemplars.exemplars).most_common()
    positions = Counter(e.position for e in exemplars.exemplars).most_common()
    sets = Counter(e.dataset for e in exemplars.exemplars).most_common()
    return [
        Filtered("none"),
        Filtered("without_the_commonest_subject", exclude_subject=subjects[0][0]),
        Filtered("commonest_position", position=positions[0][0]),
        Filtered("rarest_position", position=positions[-1][0]),
        Filtered("commonest_dataset", dataset=sets[0][0]),
        Filtered("rarest_dataset", dataset=sets[-1][0]),
        Filtered("rarest_position_without_a_subject", exclude_subject=subjects[0][0], position=positions[-1][0]),
    ]


def collect_index(exemplars: ExemplarSet, queries: Floats, subjects: list[str], run: Run) -> None:
    """Recall of the exact ten nearest, of Chroma's graph alone and of the store as the product uses it."""
    size = len(exemplars.exemplars)
    wanted = [(f, system) for f in filters(exemplars) for system in (GRAPH, PRODUCT)]
    if all(run.finished(system, f"index/{size}/{f.name}") for f, system in wanted):
        return
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        exact = ExemplarStore.create(Path(folder), exemplars, exact_up_to=10**9)
        stores = {
            GRAPH: ExemplarStore.open(Path(folder), exact_up_to=0),
            PRODUCT: ExemplarStore.open(Path(folder)),
        }
        for chosen, system in wanted:
            part = f"index/{size}/{chosen.name}"
            if run.finished(system, part):
                continue
            asked = {
                "exclude_subject": chosen.exclude_subject, "position": chosen.position, "dataset": chosen.dataset,
            }  # fmt: skip
            truth = exact.search(queries, K, **asked)
            began = time.perf_counter()
            found = stores[system].search(queries, K, **asked)
            seconds = time.perf_counter() - began
            for row, (a, b) in enumerate(zip(truth, found, strict=True)):
                ids = {n.id for n in a}
                share = len(ids & {n.id for n in b}) / len(ids) if ids else 1.0
                run.add(
                    Sample(
                        id=f"q{row:05d}",
                        system=system,
                        part=part,
                        subject=subjects[row],
                        truth=a[0].id if a else "",
                        prediction=b[0].id if b else None,
                        score=share,
                        detail={"wanted": len(ids), "found": len(b)},
                    )
                )
            run.finish(
                system, part, seconds=round(seconds, 3), pool=_admitted(exemplars, chosen), stored=size,
                milliseconds_per_query=round(1000 * seconds / max(len(queries), 1), 3),
            )  # fmt: skip


def _admitted(exemplars: ExemplarSet, chosen: Filtered) -> int:
    return int(
        np.sum(
            [
                (chosen.exclude_subject is None or e.subject != chosen.exclude_subject)
                and (chosen.position is None or e.position == chosen.position)
                and (chosen.dataset is None or e.dataset == chosen.dataset)
                for e in exemplars.exemplars
            ]
        )
    )
