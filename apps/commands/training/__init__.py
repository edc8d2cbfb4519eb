"""One file a model: what `telltale train MODEL` takes and hands to the model's own training."""
