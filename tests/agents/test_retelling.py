"""Windows told again by a language model: what holds is kept with its writer's name, what does not is the grammar's."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from openai_server import serving

from agents.language import LanguageModelFailure, open_language_model
from agents.language.scripted import ScriptedModel
from agents.retelling import REPLIES, Retelling, pairs_in
from models.limubert import windows_of
from models.llasa.data import KINDS, Described, described, training_ranges, write_corpus
from models.llasa.data import writing as files
from models.llasa.data.retold import axis_lines, id_of, read_texts, whole_line, with_texts
from models.llasa.data.words import GRAMMAR
from recordings import UserError
from recordings.datasets import dataset


@pytest.fixture(scope="module")
def corpus(data_dir: Path) -> list[Described]:
    hapt = dataset("hapt")
    keys = {hapt.subject_of(k, data_dir): k for k in hapt.keys(data_dir)}
    windows = list(windows_of(hapt.open(keys["1"], data_dir)))
    walking = [w for w in windows if w.label == "walking"][:3]
    return list(described(walking, training_ranges(walking), 0))


def true_sentences(one: Described) -> tuple[str, str]:
    """Two that hold, in words that the grammar does not have."""
    z = one.facts.axes[2]
    return (
        f"Somebody cheerfully studying acceleration z would note a mean of {z.mean:.2f} g with a deviation of {z.deviation:.2f} g.",
        f"The magnitude of the acceleration deviates by {one.facts.movement:.2f} g in this delightful window.",
    )


def replies(one: Described) -> list[str]:
    first, second = true_sentences(one)
    caption = f"**Features:** {first[:-1]}, and more\n**Narration:** {first} The mean of acceleration z is 77.70 g. {second} They are running."
    pairs = [
        ("Why does it look so?", f"{first} {second}"),
        ("What speaks for walking?", f"The mean of acceleration z is 77.70 g. {second}"),
        ("How do the axes compare at 55.5 Hz?", second),
        ("How does it change?", "Nothing here can be looked up at all."),
    ]
    return [caption, "Sure!\n" + "\n".join(f"{n}. Q: {q}\nA: {a}" for n, (q, a) in enumerate(pairs, 1))]


def test_what_holds_is_kept_and_the_rest_is_the_grammars(corpus: list[Described], tmp_path: Path) -> None:
    one = corpus[0]
    first, second = true_sentences(one)
    model = ScriptedModel(replies(one))
    retell = Retelling(model, tmp_path)
    told = retell(one)
    assert told.caption.narration == f"{first} {second}"
    assert told.caption.features == f"{first[:-1]}, and more" and told.caption.by == ("scripted", "scripted")
    cause, evidence, axes, change, plausibility, *closed = told.exchanges
    assert (cause.question, cause.answer, cause.by) == ("Why does it look so?", f"{first} {second}", "scripted")
    assert (evidence.answer, evidence.gives_away, evidence.by) == (second, True, "scripted")
    # A number in the question that was not measured, no sentence left, no pair at all: the grammar's own.
    assert (axes, change, plausibility, *closed) == one.exchanges[2:]
    assert (retell.told, retell.held) == (1 + 4 + 2 + 2 + 1 + 1, 1 + 2 + 2 + 1 + 1)
    heard = model.heard[0]
    rotation, acceleration = axis_lines(one.facts)
    assert all(line in heard for line in (*rotation, *acceleration, whole_line(one.facts, "waist"), "Summary: walking"))
    assert told.caption.narration in model.heard[1]


def test_a_reply_of_no_use_changes_nothing(corpus: list[Described], tmp_path: Path) -> None:
    retell = Retelling(ScriptedModel(["I cannot.", "Q: Why?\nA: So."]), tmp_path)
    assert retell(corpus[0]) == corpus[0]


def test_files_say_who_wrote_and_a_second_run_asks_for_nothing_twice(
    corpus: list[Described], data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    windows = [one.window for one in corpus]
    monkeypatch.setattr(files, "split_windows", lambda *a, **k: {"train": windows, "validation": [], "test": []})
    said = [reply for one in corpus for reply in replies(one)]
    counts = write_corpus(data_dir, tmp_path, retell=Retelling(ScriptedModel(said), tmp_path))
    assert counts.by == {GRAMMAR: 3 * 3, "scripted": 3 * 4} and counts.held < counts.told
    page = (tmp_path / "README.md").read_text()
    assert f"Of the language model's {counts.told} sentences {counts.held} held" in page
    kept = (tmp_path / "exchanges.jsonl").read_bytes()
    again = write_corpus(data_dir, tmp_path, retell=Retelling(ScriptedModel([]), tmp_path))
    assert again.printed() == counts.printed() and (tmp_path / "exchanges.jsonl").read_bytes() == kept
    # What a stop cut short is asked for again; a broken line before it is named.
    (tmp_path / REPLIES).write_text((tmp_path / REPLIES).read_text()[:-9])
    with pytest.raises(UserError, match="at most 0 questions"):
        write_corpus(data_dir, tmp_path, retell=Retelling(ScriptedModel([]), tmp_path))
    assert (tmp_path / "exchanges.jsonl").read_bytes() == kept and not list(tmp_path.glob("*.new"))
    (tmp_path / REPLIES).write_text("no reply\n" + (tmp_path / REPLIES).read_text())
    with pytest.raises(UserError, match=r"replies.jsonl, line 1: expected a kept reply"):
        Retelling(ScriptedModel([]), tmp_path)


def test_an_endpoint_is_asked_and_one_that_refuses_ends_the_run(corpus: list[Described], tmp_path: Path) -> None:
    with serving(*replies(corpus[0])) as endpoint:
        told = Retelling(open_language_model(f"{endpoint.url}#small-model"), tmp_path)(corpus[0])
        assert told.exchanges[0].by == told.caption.by[1] and "small-model" in told.exchanges[0].by
    with serving("", statuses=[401] * 9) as endpoint, pytest.raises(LanguageModelFailure):
        Retelling(open_language_model(f"{endpoint.url}#small-model", retries=0), tmp_path / "b")(corpus[1])


def test_texts_from_files_stand_in_place_of_the_grammars(corpus: list[Described], tmp_path: Path) -> None:
    row = {"id": id_of(corpus[0].window), "question": "What?", "answer": "That.", "by": "somebody"}
    lines = [json.dumps(row | {"kind": kind}) for kind in (*KINDS, "class")]
    (tmp_path / "exchanges.jsonl").write_text("\n".join(lines) + "\n")
    first, second, _ = with_texts(corpus, read_texts(tmp_path))
    assert [e.answer for e in first.exchanges[:5]] == ["That."] * 5 and first.exchanges[5:] == corpus[0].exchanges[5:]
    assert second == corpus[1]
    (tmp_path / "exchanges.jsonl").write_text(lines[0] + '\n{"id": 3}\n')
    with pytest.raises(UserError, match=r"exchanges.jsonl, line 2: expected an exchange"):
        read_texts(tmp_path)
    with pytest.raises(UserError, match="write them first"):
        read_texts(tmp_path / "none")


@pytest.mark.parametrize(
    ("reply", "found"),
    [
        ("Q: One?\nA: Yes.\nQ: Two?\nA: No.\nIt is.", [("One?", "Yes."), ("Two?", "No. It is.")]),
        ("1. **Q1:** One?\n   **A1:** Yes.\n\n2. **Q2:** Two?\n   **A2:** No.", [("One?", "Yes."), ("Two?", "No.")]),
        ("Question one", []),
    ],
)
def test_pairs_are_read_as_endpoints_write_them(reply: str, found: list[tuple[str, str]]) -> None:
    assert pairs_in(reply) == found
