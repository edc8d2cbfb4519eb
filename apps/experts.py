"""Who reads the motion beside the motion classifier: the names of `--experts`, opened."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from apps.console import Report
from apps.settings import Settings
from recordings import UserError

if TYPE_CHECKING:
    from models.llasa import Llasa
    from models.sensorllm import SensorLLM
    from models.sensorlm import SensorReader
    from tools import LabelModel


def experts(settings: Settings) -> tuple[str, ...]:
    """The names, as they were given. UserError for an unknown one, or where the motion classifier is left out."""
    from tools import OPINIONS

    wanted = tuple(dict.fromkeys(name.strip() for name in settings.experts.split(",") if name.strip()))
    if "motion" not in wanted or set(wanted) - {"motion", *OPINIONS}:
        raise UserError(
            "--experts",
            expected=f"motion, alone or with {', '.join(OPINIONS)}",
            found=settings.experts,
            cure="name these alone, such as motion,llasa",
        )
    return wanted


def open_llasa(settings: Settings, report: Report) -> Llasa:
    """The LLaSA that the settings name. UserError where none is at hand."""
    from models.llasa import Llasa, shipped_checkpoints

    chosen = named(settings.llasa_model)
    if chosen is None and not shipped_checkpoints():
        raise _missing("llasa", "a trained LLaSA", "telltale train llasa --stage tune", "--llasa-model")
    return Llasa.from_pretrained(chosen, cache_dir=settings.cache_dir, progress=report)


def open_sensorllm(settings: Settings, report: Report) -> SensorLLM:
    """The tuned SensorLLM that the settings name. UserError where none is at hand."""
    from models.sensorllm import SensorLLM, shipped_checkpoints

    chosen: Path | str | None = named(settings.sensorllm_model)
    if chosen is None:
        chosen = next((name for name in shipped_checkpoints() if name != "align"), None)
        if chosen is None:
            raise _missing(
                "sensorllm",
                "a tuned SensorLLM checkpoint",
                "telltale train sensorllm --stage tune",
                "--sensorllm-model",
            )
    expert = SensorLLM.from_pretrained(chosen, cache_dir=settings.cache_dir, progress=report)
    if not expert.labels:
        raise UserError(
            chosen,
            expected="a tuned checkpoint",
            found="an aligned one without a class head",
            cure="tune it with `telltale train sensorllm --stage tune --aligned DIR`",
        )
    return expert


def describer_beside(expert: SensorLLM) -> SensorLLM:
    """Who tells trends: the shipped aligned checkpoint on the expert's own frozen ends, or the expert where they do not fit.

    Tuning moves the rows away from what they said of trends, so that a tuned checkpoint describes badly.
    """
    from models.sensorllm import SensorLLM, shipped_checkpoints

    ends = (expert.frozen.backbone_reference, expert.frozen.embedder.reference)
    if "align" not in shipped_checkpoints() or ends != ("embedded", "shipped"):
        return expert
    return SensorLLM.from_pretrained("align", frozen=expert.frozen)


def has_words(settings: Settings) -> bool:
    """Whether a SensorLM is at hand: a named one, or the shipped one."""
    from models.sensorlm.reader import SHIPPED

    return named(settings.sensorlm_model) is not None or (SHIPPED / "config.json").is_file()


def open_sensorlm(settings: Settings, report: Report) -> SensorReader:
    """The SensorLM that the settings name. UserError where none is at hand."""
    from models.sensorlm import SensorReader

    chosen = named(settings.sensorlm_model)
    if not has_words(settings):
        raise _missing("sensorlm", "a trained SensorLM", "telltale train sensorlm", "--sensorlm-model")
    report("open SensorLM", 0.0)
    return SensorReader.from_pretrained(chosen)


def open_opinions(settings: Settings, report: Report) -> dict[str, LabelModel]:
    """Every named expert but the motion classifier, in the order of `tools.OPINIONS`."""
    from tools import OPINIONS

    wanted = experts(settings)
    return {name: _OPEN[name](settings, report) for name in OPINIONS if name in wanted}


def _labels_by_words(settings: Settings, report: Report) -> LabelModel:
    from models.sensorlm import WordLabels

    return WordLabels(open_sensorlm(settings, report))


_OPEN: dict[str, Callable[[Settings, Report], LabelModel]] = {
    "sensorllm": open_sensorllm,
    "llasa": open_llasa,
    "sensorlm": _labels_by_words,
}


def named(value: str) -> Path | None:
    """None means the one that ships."""
    return None if value == "shipped" else Path(value).expanduser()


def _missing(expert: str, expected: str, command: str, option: str) -> UserError:
    return UserError(
        f"--experts motion,{expert}",
        expected=expected,
        found="none shipped",
        cure=f"train one with `{command}` and name it with {option} DIR",
    )
