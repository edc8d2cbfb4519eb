"""Window classifiers by name. A later model registers with one line here, and every window task picks it up."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import cast

from evals.systems.imported import Imported
from evals.systems.system import WindowSystem
from recordings import UserError

IMPORTED = "predictions:"
TUNED = "sensorllm:"
# Between the key of a row that SensorLLM tunes and the folder of the alignment it starts from.
FROM = "@"
WORDS = "sensorlm:"


@dataclass(frozen=True, slots=True)
class SystemEntry:
    """key: what `--systems` is given. path: `module:class`, imported when it is asked. slow: asked on a sample only.

    kind: `baseline` learns from the training windows; `network` does too, slowly, and is asked by name alone; `ours` is the product; `words` knows the classes by words alone.
    """

    key: str
    path: str
    kind: str
    slow: bool = False

    def make(self, *made_with: Path) -> WindowSystem:
        module, _, name = self.path.partition(":")
        return cast("WindowSystem", getattr(import_module(module), name)(*made_with))


SYSTEMS: dict[str, SystemEntry] = {
    entry.key: entry
    for entry in (
        SystemEntry("majority", "evals.systems.chance:Majority", "baseline"),
        SystemEntry("stratified_random", "evals.systems.chance:StratifiedRandom", "baseline"),
        SystemEntry("forest", "evals.systems.on_features:Forest", "baseline"),
        SystemEntry("logistic", "evals.systems.on_features:Logistic", "baseline"),
        SystemEntry("neighbours", "evals.systems.on_features:Neighbours", "baseline"),
        SystemEntry("minirocket", "evals.systems.rockets:MiniRocketRidge", "baseline"),
        SystemEntry("multirocket_hydra", "evals.systems.rockets:MultiRocketHydra", "baseline"),
        SystemEntry("deepconvlstm", "evals.systems.networks:DeepConvLSTM", "network", slow=True),
        SystemEntry("patchtst", "evals.systems.networks:PatchTST", "network", slow=True),
        SystemEntry("chronos_mlp", "evals.systems.networks:ChronosMLP", "network", slow=True),
        SystemEntry("sensorllm", "evals.systems.sensor_language:SensorLLMText", "network", slow=True),
        SystemEntry("sensorllm_no_text", "evals.systems.sensor_language:SensorLLMNoText", "network", slow=True),
        SystemEntry("sensorllm_by_value", "evals.systems.sensor_language:SensorLLMByValue", "network", slow=True),
        SystemEntry(
            "sensorllm_rhythm_by_value", "evals.systems.sensor_language:SensorLLMRhythmByValue", "network", slow=True
        ),
        SystemEntry("sensorllm_turned", "evals.systems.sensor_language:SensorLLMTurned", "network", slow=True),
        SystemEntry("task_only_turned", "evals.systems.sensor_language:TaskOnlyTurned", "network", slow=True),
        SystemEntry("sensorllm_upright", "evals.systems.sensor_language:SensorLLMUpright", "network", slow=True),
        SystemEntry("task_only_upright", "evals.systems.sensor_language:TaskOnlyUpright", "network", slow=True),
        SystemEntry("task_only_by_value", "evals.systems.sensor_language:TaskOnlyByValue", "network", slow=True),
        SystemEntry("task_only", "evals.systems.sensor_language:TaskOnlyText", "network", slow=True),
        SystemEntry("task_only_no_text", "evals.systems.sensor_language:TaskOnlyNoText", "network", slow=True),
        SystemEntry("sensorllm_cold", "evals.systems.sensor_language:SensorLLMCold", "network", slow=True),
        SystemEntry("task_only_cold", "evals.systems.sensor_language:TaskOnlyCold", "network", slow=True),
        SystemEntry("telltale_motion", "evals.systems.telltale_motion:TelltaleMotion", "ours"),
        SystemEntry("embedding_neighbours", "evals.systems.on_embeddings:EmbeddingNeighbours", "ours"),
        SystemEntry("embedding_probe", "evals.systems.on_embeddings:EmbeddingProbe", "ours"),
        SystemEntry("sensorlm", "evals.systems.sensor_words:SensorWords", "words"),
        SystemEntry("minilm", "evals.systems.by_words:SentenceCosine", "words"),
        SystemEntry("language_model", "evals.systems.by_words:LanguageModelAlone", "words", slow=True),
    )
}


def systems(wanted: tuple[str, ...] = (), kinds: tuple[str, ...] = ("baseline", "ours", "words")) -> list[WindowSystem]:
    """The systems of these keys (() for all of the kinds), freshly made. `predictions:FILE.npz` is one too.

    UserError for an unknown key.
    """
    return [made(key) for key in (wanted or [key for key, entry in SYSTEMS.items() if entry.kind in kinds])]


def made(key: str) -> WindowSystem:
    if key.startswith(IMPORTED):
        return Imported(Path(key.removeprefix(IMPORTED)))
    if key.startswith(TUNED):
        from evals.systems.sensor_language import TunedCheckpoint

        return TunedCheckpoint(Path(key.removeprefix(TUNED)))
    if key.startswith(WORDS):
        from evals.systems.sensor_words import SensorWords

        return SensorWords(Path(key.removeprefix(WORDS)))
    row, at, folder = key.partition(FROM)
    if at and row in SYSTEMS and SYSTEMS[row].path.startswith("evals.systems.sensor_language:"):
        return SYSTEMS[row].make(Path(folder).expanduser())
    if key not in SYSTEMS:
        known = f"one of {', '.join(SYSTEMS)} or {IMPORTED}FILE.npz or {TUNED}DIR or {WORDS}DIR"
        raise UserError(key, expected=known, found="no such window classifier", cure="name one with --systems")
    return SYSTEMS[key].make()
