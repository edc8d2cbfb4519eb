"""Training of the motion classifier on the four public sets together."""

from models.motion.subjects import VALIDATION_SUBJECTS
from models.motion.training.augment import Augmentation
from models.motion.training.card import TrainingSummary
from models.motion.training.corpus import Corpus, read_corpus
from models.motion.training.learner import Recipe
from models.motion.training.loop import train_motion

__all__ = ["VALIDATION_SUBJECTS", "Augmentation", "Corpus", "Recipe", "TrainingSummary", "read_corpus", "train_motion"]
