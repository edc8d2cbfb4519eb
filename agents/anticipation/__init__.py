"""What comes next, from transitions and durations, with an honest "cannot tell"."""

from agents.anticipation.anticipator import AnticipationFile, Anticipator
from agents.anticipation.sequences import Happened, stretches

__all__ = ["AnticipationFile", "Anticipator", "Happened", "stretches"]
