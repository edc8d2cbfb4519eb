"""Answers of a language model: in batches as one by one, kept as they come, read back from elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny_language_model import save_tiny_model

from agents.language import EmbeddedModel, ScriptedModel
from agents.language.batched import BatchedNetwork
from evals.tasks.late_fusion.asking import ask, batched_answers
from evals.tasks.late_fusion.jobs import answer_jobs, read_jobs, write_jobs
from evals.tasks.late_fusion.store import Job, ScoreStore

OPTIONS = ("cooking", "eating", "reading a book")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> EmbeddedModel:
    model = EmbeddedModel(save_tiny_model(tmp_path_factory.mktemp("tiny")))
    model.network.model.float()  # exact: in bfloat16 another batch size rounds otherwise
    return model


def test_a_batch_scores_as_one_prompt_does(tiny: EmbeddedModel) -> None:
    prompts = [
        "Sounds: frying. The person is",
        "Sounds: N/A. The person",
        "A much longer prompt about nothing at all. " * 4,
    ]
    jobs = [Job("text", prompt, OPTIONS) for prompt in prompts]
    found = batched_answers(tiny, jobs)
    for prompt, scores in zip(prompts, found, strict=True):
        assert scores == pytest.approx(tiny.score(prompt, OPTIONS), abs=1e-4)


def test_a_batched_choice_is_the_model_s_choice(tiny: EmbeddedModel) -> None:
    jobs = [
        Job("chat", f"Audio labels: {tag}\nActivity:", OPTIONS, "Name the activity.")
        for tag in ("frying", "dog", "x" * 60)
    ]
    for job, scores in zip(jobs, batched_answers(tiny, jobs), strict=True):
        assert isinstance(scores, list)
        ids = tiny.network.chat_ids([("system", job.system), ("user", job.prompt)])
        alone = tiny.network.log_likelihoods(ids, [tiny.network.text_ids(option) for option in OPTIONS])
        assert scores == pytest.approx(alone, abs=1e-4)


def test_every_prompt_of_a_batch_needs_as_many_options(tiny: EmbeddedModel) -> None:
    with pytest.raises(ValueError, match="as many options"):
        BatchedNetwork(tiny.network).log_likelihoods([[5, 6], [7]], [[[1]], [[1], [2]]])


def test_free_answers_of_a_batch_are_those_of_one(tiny: EmbeddedModel) -> None:
    jobs = [
        Job("write", f"Audio labels: {tag}\nActivity:", (), "Name it.") for tag in ("rain", "a long sound of water")
    ]
    texts = batched_answers(tiny, jobs)
    assert all(isinstance(text, str) for text in texts)
    assert texts[0] == tiny.write("Name it.", jobs[0].prompt, 24)


def test_nothing_is_asked_twice_even_after_a_torn_line(tiny: EmbeddedModel, tmp_path: Path) -> None:
    jobs = [Job("text", f"prompt {i}", OPTIONS) for i in range(5)]
    ask(tiny, jobs, ScoreStore(tmp_path, "m"))
    file = next(tmp_path.glob("answers-*.jsonl"))
    whole = file.read_bytes()
    file.write_bytes(whole[:-20])
    store = ScoreStore(tmp_path, "m")
    assert len(store.missing(jobs)) == 1
    ask(tiny, jobs, store)
    assert store.missing(jobs) == []
    assert sorted(file.read_bytes().splitlines()) == sorted(whole.splitlines())
    assert len(ScoreStore(tmp_path, "another model").missing(jobs)) == 5


def test_a_key_depends_on_everything_that_was_asked() -> None:
    base = Job("chat", "p", OPTIONS, "s")
    others = [
        Job("text", "p", OPTIONS, "s"),
        Job("chat", "q", OPTIONS, "s"),
        Job("chat", "p", OPTIONS[::-1], "s"),
        Job("chat", "p", OPTIONS),
    ]
    assert len({job.key for job in (base, *others)}) == 5


def test_questions_travel_and_their_answers_come_back(tiny: EmbeddedModel, tmp_path: Path) -> None:
    jobs = [
        Job(
            "chat",
            "Audio labels: a (3%)\nActivity: eating\n\nAudio labels: b\n\nOptions: x\n\nActivity:",
            OPTIONS,
            "sys",
        ),
        Job(
            "chat",
            "Audio labels: a (3%)\nActivity: eating\n\nAudio labels: c\n\nOptions: x\n\nActivity:",
            OPTIONS,
            "sys",
        ),
        Job("write", 'Context: "x"\n\nActivity:', (), "other"),
        Job("text", "Sounds: Activity: x. The person is", OPTIONS),
    ]
    source = tmp_path / "jobs.jsonl.gz"
    assert write_jobs([*jobs, jobs[0]], source) == 4
    assert {job.key for job in read_jobs(source)} == {job.key for job in jobs}
    assert answer_jobs(source, tmp_path / "found", tiny.weights.path, "r1", 5.0) == 0
    store = ScoreStore(None, f"{tiny.name} r1", [tmp_path / "found"])
    assert store.missing(jobs) == []
    assert len(store.scores(jobs[0])) == 3
    assert isinstance(store.answer(jobs[2]), str)


def test_an_endpoint_s_choice_is_one_and_its_nonsense_is_invalid() -> None:
    good, bad = ScriptedModel(["eating"]), ScriptedModel(["nothing of the kind", "still not"])
    job = Job("chat", "p", OPTIONS, "s")
    store = ScoreStore(None, "scripted")
    ask(good, [job], store)
    assert store.scores(job) == [-1.0, 0.0, -1.0]
    other = ScoreStore(None, "scripted")
    ask(bad, [job], other)
    assert other.answer(job) == ""
