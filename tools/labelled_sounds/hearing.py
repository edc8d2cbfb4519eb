"""Clips as a tagger hears them: through the same windows and the same pooling by which an episode is heard later."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from recordings import Recording, Span, Stream, UserError, plain, sliding
from recordings.datasets import dataset
from tools.bench import STRIDE_S, WINDOW_S
from tools.labelled_sounds.sound import HeardSounds, LabelledSound, Tagger, sound_digest, span_vector
from tools.perception import Floats, Perception, SoundModel
from tools.quiet import QUIET_DBFS

# As long as the clips among which the regression was chosen: a long recording is many sounds, not one average.
PIECE_S = 10.0
OWN = "own"


def hear(
    model: SoundModel,
    recording: Recording,
    labelled: Sequence[tuple[Span, str]],
    *,
    subject: str | None = None,
    source: str | None = None,
    licence: str | None = None,
) -> HeardSounds:
    """Labelled stretches of every microphone, cut into equal pieces of about 10 s.

    subject: whose they are; None takes the recording's subject, else its id, so that `exclude_subject` can always be held. source:
    a name for the clip; None takes what the recording was opened by. licence: None is the data set's, else `own`. Quiet pieces are left
    out. UserError, naming the clip, where no sound is left.
    """
    name = source or recording.source
    streams = recording.of("audio")
    if not streams:
        raise UserError(name, expected="sound", found="none", cure="name a WAV, FLAC or OGG file")
    who = subject or recording.subject or recording.id
    terms = licence or (dataset(recording.dataset).card.licence if recording.dataset else OWN)
    tags: tuple[str, ...] = ()
    sounds: list[LabelledSound] = []
    vectors: list[Floats] = []
    for stream in streams:
        digest = sound_digest(stream)
        for span, activity in labelled:
            for piece in _pieces(span):
                heard = _heard(model, recording.id, stream, piece)
                vector = span_vector(heard, stream, piece)
                if vector is None:
                    continue
                tags = heard.labels
                vectors.append(vector)
                sounds.append(
                    LabelledSound(
                        activity=activity,
                        subject=who,
                        recording_id=recording.id,
                        source=plain(name, 120),
                        licence=plain(terms, 80),
                        digest=digest,
                        start_s=round(piece.start_s, 3),
                        end_s=round(piece.end_s, 3),
                    )
                )
    if not sounds:
        raise UserError(
            name,
            expected=f"at least a quarter of a second of sound over {QUIET_DBFS:g} dBFS",
            found=f"{max(s.duration_s for s, _ in labelled):.3g} s without it",
            cure="leave it out, or name a longer or louder one",
        )
    whose = Tagger(model.name, model.revision, model.licence)
    return HeardSounds(whose, tags, tuple(sounds), np.stack(vectors))


def _pieces(span: Span) -> list[Span]:
    """Equal parts of about `PIECE_S`."""
    count = max(1, round(span.duration_s / PIECE_S))
    edges = np.linspace(span.start_s, span.end_s, count + 1)
    return [Span(float(a), float(b)) for a, b in pairwise(edges)]


def _heard(model: SoundModel, recording_id: str, stream: Stream, piece: Span) -> Perception:
    windows = tuple(sliding(recording_id, piece, WINDOW_S, STRIDE_S))
    said = model.predict(stream, [w.span for w in windows])
    return Perception(
        stream.name, windows, tuple(said.labels), said.probabilities, said.embeddings, said.usable, model.revision
    )
