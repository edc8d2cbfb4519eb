"""Prompts as versioned files: front matter that states what goes in, and text in which user data can only be data."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

from recordings import plain

if TYPE_CHECKING:
    from jinja2 import Environment

Value = str | float | int | bool | None | Sequence["Value"] | Mapping[str, "Value"]

_FRONT = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
_SECTION = re.compile(r"^## (system|user|text)\n", re.MULTILINE)
_WORD = re.compile(r"[^\w %&'(),+/.-]+")
_LONGEST_LABEL = 48
_LONGEST_TEXT = 400


class PromptError(ValueError):
    """A prompt file or a call of one that is wrong: a bug, never the user's mistake."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """A checked template. required: every one must be given. optional: may be absent (or None), and is then left out of the text.

    sections: `system` and `user` for a conversation, or `text` for a text to be continued.
    """

    name: str
    version: int
    required: frozenset[str]
    optional: frozenset[str]
    sections: Mapping[str, str]

    @property
    def revision(self) -> str:
        return f"{self.name}-v{self.version}"

    def messages(self, **values: Value) -> tuple[str, str]:
        """(system, user). PromptError when a placeholder is missing or unknown."""
        return self._filled("system", values), self._filled("user", values)

    def text(self, **values: Value) -> str:
        """The text to be continued. PromptError when a placeholder is missing or unknown."""
        return self._filled("text", values)

    def _filled(self, section: str, values: Mapping[str, Value]) -> str:
        if section not in self.sections:
            raise PromptError(f"{self.revision}: has no section {section}, only {', '.join(self.sections)}")
        missing = sorted(name for name in self.required if values.get(name) is None)
        unknown = sorted(values.keys() - self.required - self.optional)
        if missing or unknown:
            raise PromptError(f"{self.revision}: missing {missing or 'nothing'}, unknown {unknown or 'nothing'}")
        given = {name: values.get(name) for name in self.required | self.optional}
        return _environment().from_string(self.sections[section]).render(given).strip()


@lru_cache(maxsize=1)
def _environment() -> Environment:
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=False, autoescape=False
    )
    environment.filters.update(quoted=quoted, label=label, percent=percent)
    return environment


def quoted(text: object) -> str:
    """Anybody's words as one quoted line: whatever they say, they say it inside the quotation marks."""
    return json.dumps(plain(text, _LONGEST_TEXT), ensure_ascii=False)


def label(name: object) -> str:
    """A label in prose: words only, at most 48 characters, no line breaks, brackets or colons to pose as structure."""
    words = _WORD.sub(" ", plain(name, _LONGEST_LABEL).replace("_", " "))
    return " ".join(words.split()) or "unnamed"


def percent(probability: float) -> str:
    return f"{round(100 * float(probability))}%"


@lru_cache(maxsize=32)
def load_prompt(name: str) -> Prompt:
    """The prompt `agents/prompts/<name>.md`. PromptError when its front matter and its text disagree."""
    file = files("agents.prompts").joinpath(f"{name}.md")
    if not file.is_file():
        raise PromptError(f"there is no prompt {name!r}; there are {', '.join(prompt_names())}")
    return parse_prompt(file.read_text(encoding="utf-8"), name)


def prompt_names() -> list[str]:
    return sorted(
        file.name.removesuffix(".md") for file in files("agents.prompts").iterdir() if file.name.endswith(".md")
    )


def parse_prompt(source: str, name: str) -> Prompt:
    """A prompt out of its source. PromptError unless name, version, placeholders and sections are consistent."""
    from jinja2 import meta

    front = _FRONT.match(source)
    if front is None:
        raise PromptError(f"{name}: no front matter")
    fields = dict(_field(line, name) for line in front.group(1).splitlines() if line.strip())
    if fields.keys() != {"name", "version", "required", "optional"} or fields["name"] != name:
        raise PromptError(f"{name}: front matter must state name: {name}, version, required and optional")
    body = _SECTION.split(source[front.end() :])
    sections = {body[i]: body[i + 1].strip() for i in range(1, len(body), 2)}
    if body[0].strip() or sections.keys() not in ({"system", "user"}, {"text"}):
        raise PromptError(f"{name}: expected the sections system and user, or text alone")
    required, optional = _names(fields["required"]), _names(fields["optional"])
    used = {found for text in sections.values() for found in meta.find_undeclared_variables(_environment().parse(text))}
    if used != required | optional or required & optional:
        raise PromptError(f"{name}: states {sorted(required | optional)}, uses {sorted(used)}")
    return Prompt(name, int(fields["version"]), required, optional, sections)


def _field(line: str, name: str) -> tuple[str, str]:
    key, colon, value = line.partition(":")
    if not colon:
        raise PromptError(f"{name}: not a front matter line: {line!r}")
    return key.strip(), value.strip()


def _names(listed: str) -> frozenset[str]:
    return frozenset(word.strip() for word in listed.split(",") if word.strip())
