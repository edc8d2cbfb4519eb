"""ActionLLM's ablations (its tables IV to VIII) as entrants, all of one shorter length so that they can be compared.

`--systems ablations` asks every one of them; `--systems actionllm:no_interaction` one. What the paper calls dimension 32, 64, 128
and 256 of its interaction is 36, 72, 144 and 252 here: nine heads must divide it.
"""

from __future__ import annotations

from collections.abc import Mapping

GROUP = "ablations"
PREFIX = "actionllm:"
# A fifth of the recipe's twenty epochs: 800 steps on 50 Salads, a minute of one core a fold.
SHORT: Mapping[str, object] = {"epochs": 4, "warm_up": 0.4}
# The reference at half of its recipe.
HALF: Mapping[str, object] = {"epochs": 10, "warm_up": 1.0}
_CHANGES: Mapping[str, Mapping[str, object]] = {
    "reference": {},
    "interaction_self": {"interaction": "self"},
    "interaction_cross": {"interaction": "cross"},
    "no_interaction": {"interaction": "none"},
    "losses_action_duration": {"losses": ("action", "duration")},
    "losses_without_text": {"losses": ("past_features", "action", "duration")},
    "tuning_2": {"tuning_size": 2},
    "tuning_6": {"tuning_size": 6},
    "tuning_8": {"tuning_size": 8},
    "interaction_36": {"interaction_size": 36},
    "interaction_144": {"interaction_size": 144},
    "interaction_252": {"interaction_size": 252},
    "queries_zero": {"query_initialisation": "zero"},
    "queries_normal": {"query_initialisation": "normal"},
    "random_language_model": {"lm_weights": "random"},
    "frozen_heads": {"frozen_heads": True},
    "true_labels": {"noise": 0.0},
}
ABLATIONS: Mapping[str, Mapping[str, object]] = {
    f"{PREFIX}{name}": {**SHORT, **changes} for name, changes in _CHANGES.items()
}
