"""Puts jobs to a language model: in batches where it has local weights, one by one behind an endpoint."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from agents.language import EmbeddedModel, LanguageModel, LanguageModelFailure
from evals.tasks.late_fusion.store import Answer, Job, ScoreStore

Progress = Callable[[str, int, int], None]
OPEN_TOKENS = 24
INVALID = ""
"""The answer of an endpoint that twice said what was no option: counted wrong, and as invalid."""
_AT_ONCE = 64


def ask(llm: LanguageModel, jobs: Sequence[Job], store: ScoreStore, progress: Progress | None = None) -> None:
    """Every job without an answer gets one. Raises LanguageModelFailure where the model is down, slow or refuses."""
    missing = store.missing(jobs)
    done = 0
    for batch in batches(missing):
        store.put(batch, answers(llm, batch))
        done += len(batch)
        if progress is not None:
            progress(f"late_fusion: {llm.name}", done, len(missing))


def batches(jobs: Sequence[Job], at_once: int = _AT_ONCE) -> Iterator[list[Job]]:
    """Of one kind and as many options each; what begins alike stands together, for a batch reads it once."""
    ordered = sorted(jobs, key=lambda job: (job.kind, len(job.options), job.system, job.prompt, job.key))
    batch: list[Job] = []
    for job in ordered:
        if batch and (len(batch) == at_once or (job.kind, len(job.options)) != (batch[0].kind, len(batch[0].options))):
            yield batch
            batch = []
        batch.append(job)
    if batch:
        yield batch


def answers(llm: LanguageModel, jobs: Sequence[Job]) -> list[Answer]:
    """Jobs of one kind. Local weights: mean log p of each option. Others: 0 for the chosen option, −1 for the rest."""
    if isinstance(llm, EmbeddedModel):
        return batched_answers(llm, jobs)
    return [_asked(llm, job) for job in jobs]


def batched_answers(llm: EmbeddedModel, jobs: Sequence[Job]) -> list[Answer]:
    from agents.language.batched import BatchedNetwork

    network = llm.network
    batched = BatchedNetwork(network)
    if jobs[0].kind == "text":
        prompts = [network.text_ids(job.prompt.rstrip()) for job in jobs]
        options = [[network.text_ids(o if o[0].isspace() else f" {o}") for o in job.options] for job in jobs]
        return list(batched.log_likelihoods(prompts, options))
    prompts = [network.chat_ids([("system", job.system), ("user", job.prompt)]) for job in jobs]
    if jobs[0].kind == "write":
        return list(batched.continued(prompts, OPEN_TOKENS))
    return list(batched.log_likelihoods(prompts, [[network.text_ids(o) for o in job.options] for job in jobs]))


def _asked(llm: LanguageModel, job: Job) -> Answer:
    try:
        if job.kind == "write":
            return llm.write(job.system, job.prompt, OPEN_TOKENS)
        if job.kind == "text":
            return llm.score(job.prompt, job.options)
        said = llm.choose(job.system, job.prompt, job.options)
    except LanguageModelFailure as failure:
        if failure.kind != "nonsense":
            raise
        return INVALID
    return [0.0 if option == said else -1.0 for option in job.options]
