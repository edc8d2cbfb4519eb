"""Training of the motion classifier on the four public sets together."""

from models.motion.training.augment import Augmentation
from models.motion.training.corpus import VALIDATION_SUBJECTS, Corpus, read_corpus
from models.motion.training.loop import Recipe, TrainingSummary, train_motion

__all__ = ["VALIDATION_SUBJECTS", "Augmentation", "Corpus", "Recipe", "TrainingSummary", "read_corpus", "train_motion"]
