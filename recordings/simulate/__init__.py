"""The documented simulator behind `demo`: gait, wrist and room-sound models with a fixed seed."""

from recordings.simulate.demo import DEMO_SEED, SCRIPT, SOUND_PREFIX, phases, simulate_demo

__all__ = ["DEMO_SEED", "SCRIPT", "SOUND_PREFIX", "phases", "simulate_demo"]
