"""What was learned: networks, their training, their checkpoints. transformers conventions, one folder a model."""
