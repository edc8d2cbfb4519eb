"""The documented simulator behind `demo`."""
