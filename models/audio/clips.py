"""Which shared clips may teach a shipped checkpoint, how they are split, and whom to thank for them."""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from models.audio.labels import NONE_OF_THESE, label_of
from recordings.datasets.audio_clips import AudioClip, audio_clips

Part = Literal["train", "validation", "test"]

# Wordings of clips.csv under which weights may be shipped. Anything else is refused, so that a new wording is never let in
# by accident: non-commercial terms, "not recorded per clip", a bare "Creative Commons" without its variant, Sampling+.
_PERMITTED = (
    re.compile(r"CC BY [34]\.0 \((?!.*NC)[^()]*\)(; clip (CC0|CC-BY)( by .+)?)?"),
    re.compile(r"Freesound (Attribution|Creative Commons 0), by .+"),
    re.compile(r"(MIT|Apache-2\.0) \(repo(, own recordings)?\)(, own recordings)?"),
)
# Clips that are hardly there at all cannot teach what they are called.
QUIETEST_DBFS = -65.0
LEAST_ACTIVE_SHARE = 0.02
# One recording under two source ids, which a split by source cannot know. The first would test what the second has taught, so
# it is in no part. Found by `near_duplicate_samples` of evals.leaks after the shipped weights had learnt from the second.
TWINS = {"fs28314": "fs30322"}


@dataclass(frozen=True, slots=True)
class LabelledClip:
    """A clip with the tagger's label, the source it is split by, and the part of the split that it is in."""

    clip: AudioClip
    label: str
    source: str
    part: Part


def may_ship(licence: str) -> bool:
    """Whether weights trained on a clip with this licence (clips.csv's wording) may be published under Apache-2.0."""
    return any(pattern.fullmatch(licence) for pattern in _PERMITTED)


def audible(clip: AudioClip) -> bool:
    """False for clips near the noise floor (RMS under −65 dBFS or hardly an active frame), except quiet typing."""
    if clip.rms_dbfs < QUIETEST_DBFS:
        return False
    # 25 ms frames above −55 dBFS: a whole recording may lie below that and still be clear, so only both together speak.
    return clip.active_share >= LEAST_ACTIVE_SHARE or clip.rms_dbfs < -45.0


def labelled(clips: Iterable[AudioClip], seed: int = 0) -> list[LabelledClip]:
    """Clips with a label, each in train, validation or test, no source in two parts.

    A source is the clip's `group` (one source recording); groups that share a clip's group are one by definition. Per label,
    sources are ordered by a digest of the seed and their name; about 60 % of them train, 20 % validate, 20 % test, and every
    label with three sources is in all three parts; one with fewer only trains, and is tested on foreign clips alone. A source with several labels (one kitchen session) is placed once, with its
    rarest label first, and keeps that place.
    """
    rows = [(clip, label) for clip in clips if (label := label_of(clip.label)) is not None]
    sources: dict[str, dict[str, int]] = defaultdict(Counter)
    for clip, label in rows:
        sources[label][clip.group] += 1
    place: dict[str, Part] = {}
    for label in sorted(sources, key=lambda name: (name == NONE_OF_THESE, len(sources[name]), name)):
        _place(label, sources[label], place, seed)
    # Left out only here, after the sources were placed: who trains and who tests is as it was for the shipped weights.
    kept = [(clip, label) for clip, label in rows if TWINS.get(clip.group) not in place]
    return [LabelledClip(clip, label, clip.group, place[clip.group]) for clip, label in kept]


def _place(label: str, sources: Mapping[str, int], place: dict[str, Part], seed: int) -> None:
    """Put the sources of one label that have no place yet, largest to train so that small ones can test."""
    total = len(sources)
    quota = dict.fromkeys(("test", "validation"), max(1, round(0.2 * total)) if total >= 3 else 0)
    taken = Counter(place[source] for source in sources if source in place)
    largest = max(sources, key=lambda source: (sources[source], source))

    def order(source: str) -> tuple[bool, str]:
        return source == largest, hashlib.sha256(f"{seed}/{label}/{source}".encode()).hexdigest()

    for source in sorted(sources, key=order):
        if source in place:
            continue
        part: Part = "train"
        for candidate in ("test", "validation"):
            if source != largest and taken[candidate] < quota[candidate]:
                part = candidate
                break
        place[source] = part
        taken[part] += 1


def shippable_clips(data_dir: Path, seed: int = 0) -> list[LabelledClip]:
    """Every clip that may teach the shipped weights, with its label and part of the split."""
    return labelled((clip for clip in audio_clips(data_dir).values() if may_ship(clip.licence) and audible(clip)), seed)


def foreign_clips(data_dir: Path) -> list[LabelledClip]:
    """Clips whose licence forbids shipping: for evaluation only, and all of them are in `test`."""
    clips = [clip for clip in audio_clips(data_dir).values() if not may_ship(clip.licence) and audible(clip)]
    seen = {clip.group for clip in audio_clips(data_dir).values() if may_ship(clip.licence)}
    return [
        LabelledClip(clip, label, clip.group, "test")
        for clip in clips
        if (label := label_of(clip.label)) is not None and clip.group not in seen
    ]


def attribution(clips: Iterable[LabelledClip]) -> str:
    """ATTRIBUTION.md: every clip that taught the weights, by data set and licence, with its author where one is recorded."""
    by_licence: dict[tuple[str, str], list[str]] = defaultdict(list)
    for item in clips:
        by_licence[(item.clip.dataset, item.clip.licence)].append(item.clip.file)
    lines = [
        "# Attribution",
        "",
        "The weights beside this file were trained on these clips, cut to 16 kHz mono. Each line: data set, licence and",
        "author as recorded with the clip, files. No clip is contained in the weights.",
        "",
        '- ESC-10 (part of ESC-50): K. J. Piczak, "ESC: Dataset for Environmental Sound Classification", ACM MM 2015, CC BY 3.0',
        "- Kitchen20 (own recordings only): M. Moreaux et al., Apache-2.0; further own recordings from kevinmicha/kitchen20, MIT",
        "- Keystroke recordings over Zoom: JBFH-Dev, MIT. ProtoSound home recordings: Makeability Lab, MIT",
        "- Speech Commands background noise: P. Warden, Google, CC BY 4.0. Samples of the MAX Audio Classifier: Freesound authors",
        "",
        "Licence texts: https://creativecommons.org/licenses/by/3.0/, https://creativecommons.org/licenses/by/4.0/,",
        "https://creativecommons.org/publicdomain/zero/1.0/",
        "",
    ]
    for (dataset, licence), files in sorted(by_licence.items()):
        named = ", ".join(Path(file).name for file in sorted(files)) if len(files) <= 12 else f"{len(files)} clips"
        lines.append(f"- {dataset}: {licence}: {named}")
    return "\n".join(lines) + "\n"
