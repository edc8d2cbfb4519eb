"""The prompts: versioned Markdown files with checked placeholders."""

from agents.prompts.template import Prompt, PromptError, Value, load_prompt, prompt_names

__all__ = ["Prompt", "PromptError", "Value", "load_prompt", "prompt_names"]
