"""How good it is: tasks, protocols, metrics, baselines, published numbers."""
