"""Language models over HTTP: a valid endpoint, and every way in which one fails."""

from __future__ import annotations

import json
import socket

import pytest
from openai_server import serving

from agents.language import LanguageModel, LanguageModelFailure, open_language_model
from agents.language.access import endpoint_access, key_for
from recordings import UserError

OPTIONS = ["sitting", "walking upstairs"]


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agents.language.chatting._FIRST_WAIT_S", 0.0)


def test_a_served_model_writes_chooses_and_counts() -> None:
    with serving(" A plain sentence. ", '{"answer": "walking upstairs"}', "Sitting.") as endpoint:
        llm = open_language_model(f"{endpoint.url}#small-model")
        assert isinstance(llm, LanguageModel)
        assert not llm.likelihoods
        assert llm.write("Be brief.", "Say something.", max_tokens=7) == "A plain sentence."
        assert llm.choose("Choose.", "Which?", OPTIONS) == "walking upstairs"
        assert llm.choose("Choose.", "Which?", OPTIONS) == "sitting"
        assert (llm.calls, llm.tokens.prompt, llm.tokens.written) == (3, 33, 9)
        written, chosen, _ = endpoint.requests
        assert written["model"] == "small-model"
        assert 7 in (written.get("max_tokens"), written.get("max_completion_tokens"))
        schema = chosen["response_format"]["json_schema"]["schema"]
        assert schema["properties"]["answer"]["enum"] == OPTIONS


def test_an_address_without_a_model_is_asked_for_its_models() -> None:
    with serving() as endpoint:
        assert open_language_model(endpoint.url).name == "small-model"


def test_a_choice_stands_in_for_likelihoods() -> None:
    with serving('{"answer": "sitting"}') as endpoint:
        assert open_language_model(f"{endpoint.url}#m").score("The person is", OPTIONS, ("N/A",)) == [0.0, -1.0]


def test_a_structured_answer_is_checked_against_its_schema() -> None:
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    with serving('{"n": "three"}', '```json\n{"n": 3}\n```') as endpoint:
        assert open_language_model(f"{endpoint.url}#m").structured("s", "u", schema) == {"n": 3}
        assert len(endpoint.requests) == 2
        assert json.dumps(schema) in endpoint.requests[1]["messages"][-1]["content"]


def test_a_key_from_the_environment_stays_at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    with serving("x") as endpoint:
        open_language_model(f"{endpoint.url}#m").write("s", "u")
        open_language_model(f"{endpoint.url}#m", api_key="given").write("s", "u")
        assert endpoint.keys == ["Bearer none", "Bearer given"]


def test_a_key_that_was_given_for_an_address_goes_to_no_other() -> None:
    with serving("x") as endpoint, serving("x") as other:
        with endpoint_access(f"{endpoint.url}#m", "meant for it"):
            for url in (f"{endpoint.url}#m", f"{endpoint.url}#another", f"{other.url}#m"):
                open_language_model(url).write("s", "u")
            with endpoint_access(f"{endpoint.url}#m", None):
                assert key_for(f"{endpoint.url}#m") is None
            assert key_for("openai:gpt-x") is None
        open_language_model(f"{endpoint.url}#m").write("s", "u")
        assert endpoint.keys == ["Bearer meant for it", "Bearer meant for it", "Bearer none"]
        assert other.keys == ["Bearer none"]
    with endpoint_access("openai:gpt-x", "theirs"):
        assert (key_for("openai:gpt-y"), key_for("mistral:small")) == ("theirs", None)


def test_a_busy_server_is_asked_again() -> None:
    with serving("x", statuses=[503, 429]) as endpoint:
        llm = open_language_model(f"{endpoint.url}#m", retries=2)
        assert llm.write("s", "u") == "x"
        assert llm.calls == len(endpoint.requests) == 3


@pytest.mark.parametrize(
    ("statuses", "kind", "asked"), [([500, 500], "down", 2), ([401], "refused", 1), ([404], "refused", 1)]
)
def test_an_error_of_the_server_is_a_failure_of_its_kind(statuses: list[int], kind: str, asked: int) -> None:
    with serving("x", statuses=statuses) as endpoint:
        with pytest.raises(LanguageModelFailure) as failure:
            open_language_model(f"{endpoint.url}#m", retries=1).write("s", "u")
        assert failure.value.kind == kind
        assert len(endpoint.requests) == asked
        assert "\n" not in str(failure.value)


def test_nobody_there() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(LanguageModelFailure) as failure:
        open_language_model(f"http://127.0.0.1:{port}/v1#m", retries=0).write("s", "u")
    assert failure.value.kind == "down"
    assert f"127.0.0.1:{port}" in str(failure.value)
    with pytest.raises(LanguageModelFailure):
        open_language_model(f"http://127.0.0.1:{port}/v1")


def test_too_slow() -> None:
    with serving("x", sleep_s=1.0) as endpoint:
        with pytest.raises(LanguageModelFailure) as failure:
            open_language_model(f"{endpoint.url}#m", timeout_s=0.1, retries=0).write("s", "u")
        assert failure.value.kind == "slow"


@pytest.mark.parametrize("reply", ["banana", "", '{"answer": "flying"}', '{"answer": '])
def test_an_answer_that_is_no_option_is_asked_again_once(reply: str) -> None:
    with serving(reply) as endpoint:
        with pytest.raises(LanguageModelFailure) as failure:
            open_language_model(f"{endpoint.url}#m", retries=0).choose("s", "u", OPTIONS)
        assert failure.value.kind == "nonsense"
        assert len(endpoint.requests) == 2


@pytest.mark.parametrize("raw", ["<html>Welcome</html>", '{"choices": null}', '{"hello": 1}', "[]", ""])
def test_a_server_of_another_kind(raw: str) -> None:
    with serving(raw=raw) as endpoint:
        with pytest.raises(LanguageModelFailure) as failure:
            open_language_model(f"{endpoint.url}#m", retries=0).write("s", "u")
        assert failure.value.kind == "nonsense"
        with pytest.raises(LanguageModelFailure):
            open_language_model(endpoint.url)


@pytest.mark.parametrize("spec", ["", "banana", "http://#m", "http://host:port/v1", "nobody:model", "scripted:"])
def test_a_spec_that_names_nothing_is_one_line(spec: str) -> None:
    with pytest.raises(UserError) as error:
        open_language_model(spec)
    assert "\n" not in str(error.value)
