"""What SensorLLM is trained on: exact trend texts that parse back, statistics, questions, segments and windows. No torch."""
