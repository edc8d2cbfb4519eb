"""SensorLLM (Li et al., EMNLP 2025): a language model that reads motion samples, and activity recognition on top of it."""
