"""The closed-set window protocols that models on the four sets are measured by (floors: macro-F1 of library models)."""

from __future__ import annotations

from dataclasses import dataclass

from models.motion.taxonomy import DATASET_LABELS, LEAVES, leaves_of
from recordings import Recording, Window, sliding


@dataclass(frozen=True, slots=True)
class WindowProtocol:
    """Windows inside labelled spans only. classes: the set's labels in this vocabulary, in the order of the taxonomy."""

    name: str
    dataset: str
    position: str
    window_s: float
    stride_s: float
    classes: tuple[str, ...]
    source: str

    def windows(self, recording: Recording) -> list[tuple[Window, str]]:
        """Every full window with its label; spans shorter than a window and labels outside `classes` give none.

        Nor does what another recording of the set holds as well.
        """
        found = []
        for note in recording.annotations:
            label = DATASET_LABELS[self.dataset].get(note.label)
            end_s = min(note.end_s, max(s.end_s for s in recording.streams))
            if label not in self.classes or end_s - note.start_s < self.window_s - 1e-6:
                continue
            span = type(recording.span)(note.start_s, end_s)
            found += [(w, label) for w in sliding(recording.id, span, self.window_s, self.stride_s)]
        already_s = REPEATED_S.get(recording.id, 0.0)
        return [(w, label) for w, label in found if w.start_s >= already_s]


# The first seconds of a recording that are, sample by sample, another's: USC-HAD's trial begins with the last 400 samples of
# the trial before. Counted once.
REPEATED_S = {"usc_had-s11-a1-t5": 4.0}


def _classes(dataset: str, leave_out: frozenset[str] = frozenset()) -> tuple[str, ...]:
    labels = set(DATASET_LABELS[dataset].values()) - leave_out
    return tuple(sorted(labels, key=lambda label: LEAVES.index(leaves_of(label)[0])))


TRANSITIONS = frozenset({"stand_to_sit", "sit_to_stand", "sit_to_lie", "lie_to_sit", "stand_to_lie", "lie_to_stand"})
PROTOCOLS: dict[str, WindowProtocol] = {
    p.name: p
    for p in (
        WindowProtocol(
            "usc_had", "usc_had", "hip", 2.0, 1.0, _classes("usc_had"), "SensorLLM's split, windows 200/100"
        ),
        WindowProtocol(
            "hapt",
            "hapt",
            "waist",
            2.56,
            1.28,
            _classes("hapt", TRANSITIONS),
            "UCI-HAR's test subjects, windows 128/64",
        ),
        WindowProtocol("motionsense", "motionsense", "pocket", 2.56, 1.28, _classes("motionsense"), "own split"),
        WindowProtocol("wisdm_watch", "wisdm", "wrist", 5.0, 5.0, _classes("wisdm"), "own split, last four ids"),
        WindowProtocol("wisdm_phone", "wisdm", "pocket", 5.0, 5.0, _classes("wisdm"), "own split, last four ids"),
    )
}


def protocol_of(recording: Recording) -> WindowProtocol:
    """The protocol of a research recording, by its set and its device's position."""
    position = recording.streams[0].position
    for protocol in PROTOCOLS.values():
        if (protocol.dataset, protocol.position) == (recording.dataset, position):
            return protocol
    raise KeyError((recording.dataset, position))
