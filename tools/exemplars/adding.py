"""A user's own labelled spans as exemplars."""

from __future__ import annotations

from collections.abc import Sequence

from models.motion.taxonomy import position_of
from recordings import Recording, Span, UserError, plain, sliding
from tools.exemplars.building import WINDOW_S, summary_of
from tools.exemplars.exemplar import Exemplar
from tools.exemplars.store import ExemplarStore, require_revision
from tools.exemplars.vectors import raw_vectors
from tools.perception import MotionModel

OWN = "own"
# A label is printed where it is recalled: it names an activity and is no sentence.
LABEL_WORDS, LABEL_LETTERS = 5, 40


def add_labelled_spans(
    store: ExemplarStore,
    model: MotionModel,
    recording: Recording,
    labelled: Sequence[tuple[Span, str]],
    *,
    subject: str | None = None,
) -> int:
    """Cut each labelled span into windows of 2.56 s, without overlap, and add them; how many were new.

    subject: who it was; None takes the recording's subject, else its id, so that `exclude_subject` can always be held.
    A span shorter than one window is one window. Labels are the user's own words, kept as data. UserError when the store
    is of another motion checkpoint, or a label is a sentence.
    """
    require_revision(store.path, store.revision, model.revision)
    for label in dict.fromkeys(label for _, label in labelled):
        if not label.strip() or len(label) > LABEL_LETTERS or len(label.replace("_", " ").split()) > LABEL_WORDS:
            raise UserError(
                recording.source,
                expected=f"labels that name an activity in at most {LABEL_WORDS} words",
                found=repr(plain(label, 60)),
                cure="say a short --label",
            )
    who = subject or recording.subject or recording.id
    new = 0
    for stream in recording.of("motion"):
        if not stream.has("acc_x", "acc_y", "acc_z"):
            continue
        windows = [
            (window.span, plain(label, 80))
            for span, label in labelled
            for window in sliding(recording.id, span, WINDOW_S, WINDOW_S)
        ]
        embeddings, features, usable = raw_vectors(model, stream, [span for span, _ in windows])
        place = position_of(stream.position)
        exemplars = [
            Exemplar(
                label=label,
                subject=who,
                dataset=recording.dataset or OWN,
                recording_id=recording.id,
                position=place,
                start_s=round(span.start_s, 3),
                end_s=round(span.end_s, 3),
                summary=summary_of(label, place, features[i]),
            )
            for i, (span, label) in enumerate(windows)
            if usable[i]
        ]
        if exemplars:
            new += store.add(exemplars, store.scaling.vectors(embeddings, features)[usable])
    return new
