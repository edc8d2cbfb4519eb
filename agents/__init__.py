"""How it reasons: graphs, prompts, language models, verification."""
