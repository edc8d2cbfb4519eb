"""Figures of others beside ours, each with whether the two can be compared."""

from __future__ import annotations

# Best of the project's earlier measurements with library models (macro-F1 × 100): the floor under the claim.
FLOORS: dict[str, tuple[str, float]] = {
    "usc_had": ("CNN, 130 k parameters", 61.7),
    "hapt": ("MiniRocket + ridge", 97.5),
    "motionsense": ("MiniRocket + ridge", 95.2),
    "wisdm_watch": ("features + gradient boosting (logistic with the turned watch corrected: 83.6)", 79.5),
    "wisdm_phone": ("features + logistic", 47.1),
}
TARGETS: dict[str, float] = {"usc_had": 66, "hapt": 98, "motionsense": 96, "wisdm_watch": 83, "wisdm_phone": 52}
SENSORLLM: dict[str, tuple[float, float]] = {"usc_had": (61.2, 60.2), "hapt": (91.2, 93.2)}


def published(quick: bool) -> list[dict[str, object]]:
    """The floors, the targets and the rows of papers. In the quick form nothing is comparable: it is a sample."""
    sampled = "; this run is a sample of the windows" if quick else ""
    rows: list[dict[str, object]] = []
    for name, (system, value) in FLOORS.items():
        rows.append(
            {
                "system": f"floor on {name}: {system}",
                "value": round(value / 100, 4),
                "source": "the project's earlier run of library models on the same splits",
                "comparable": "no" if quick else "yes",
                "why": f"fixed split: same subjects and window lengths; the best of several was chosen on the test subjects{sampled}",
            }
        )
    for name, values in SENSORLLM.items():
        rows += [
            {
                "system": f"{system} on {name}",
                "value": round(value / 100, 4),
                "source": "SensorLLM, its table of macro-F1 (mean of five runs)",
                "comparable": "no",
                "why": f"their windows of the same set, and their model was selected on the test subjects{sampled}",
            }
            for system, value in zip(("SensorLLM", "Attend"), values, strict=True)
        ]
    rows += [
        {
            "system": f"{system} on usc_had, six shared classes, trained on MotionSense + HAPT",
            "value": value,
            "source": "the project's earlier run of library models",
            "comparable": "no",
            "why": "cross-dataset protocol: six classes there, seven here (lying too)",
        }
        for system, value in (("axis-aligned CNN", 0.731), ("features + random forest", 0.714))
    ]
    return rows
