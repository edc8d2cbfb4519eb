"""What the SensorLLM paper reports for its trend texts."""

from __future__ import annotations

SOURCE = "SensorLLM (Li et al., EMNLP 2025), its table of trend analysis"
WHY = (
    "their segments, references and wordings, an 8-billion-parameter model, sampled decoding; "
    "no structural score is published"
)
# BLEU-1, ROUGE-1, ROUGE-L, METEOR, SBERT, SimCSE × 100; judge and human 1 to 5.
COLUMNS = ("bleu1", "rouge1", "rouge_l", "meteor", "sbert_cosine", "simcse_cosine", "judge", "human")
ROWS: dict[tuple[str, str], tuple[float, ...]] = {
    ("SensorLLM", "usc_had"): (57.68, 68.32, 64.17, 45.95, 86.09, 93.09, 3.11, 4.16),
    ("GPT-4o with one example", "usc_had"): (41.43, 54.92, 49.00, 30.51, 77.22, 86.96, 1.67, 2.10),
    ("SensorLLM", "hapt (UCI-HAR)"): (56.78, 67.63, 63.05, 45.81, 85.01, 92.51, 3.20, 4.04),
    ("SensorLLM", "PAMAP2"): (60.20, 69.92, 66.25, 52.21, 87.31, 93.82, 3.77, 4.70),
    ("SensorLLM", "MHealth"): (61.38, 71.20, 67.83, 51.73, 86.66, 93.38, 3.69, 4.56),
    ("SensorLLM", "CAPTURE-24"): (57.10, 68.11, 60.90, 40.51, 84.83, 92.20, 2.32, 3.10),
}


def published() -> list[dict[str, object]]:
    """A row a system, set and metric, as `contracts` writes them; overlaps and cosines as shares of 1."""
    return [
        {
            "system": f"{system} on {name}: {column}",
            "value": round(value / 100, 4) if column not in ("judge", "human") else value,
            "source": SOURCE,
            "comparable": "no",
            "why": WHY,
        }
        for (system, name), values in ROWS.items()
        for column, value in zip(COLUMNS, values, strict=True)
    ]
