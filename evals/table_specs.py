"""Which tables are made of a published result, as data: one line of it makes a new task appear in the README or the docs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Column:
    """A metric. scale: what it is multiplied by; a share is shown in hundredths."""

    key: str
    heading: str
    scale: float = 100.0
    digits: int = 1


@dataclass(frozen=True, slots=True)
class TableSpec:
    """task: the published file. form: `systems`, a row a system and part; `parts`, a row a system, a column a part, one metric.

    columns: none takes the first metrics that the result has. readme: whether the short table is in the README.
    readme_parts, readme_systems: patterns that a part and a system must match there. groups: parts that read `set/kind` make a table a kind (form `parts`).
    """

    task: str
    title: str
    form: Literal["systems", "parts"] = "systems"
    columns: tuple[Column, ...] = ()
    readme: bool = False
    readme_parts: str = ""
    readme_systems: str = ""
    groups: bool = False


F1 = Column("macro_f1", "macro-F1")
ACCURACY = Column("accuracy", "accuracy")
ECE = Column("calibration_error", "calibration error")

SPECS: tuple[TableSpec, ...] = (
    TableSpec(
        "timeline",
        "Continuous recordings (hapt, six activities, every labelled sample of the held-out subjects), × 100",
        columns=(F1, ACCURACY, Column("edit", "edit"), Column("f1_at_10", "F1@10"), Column("f1_at_25", "F1@25"), Column("f1_at_50", "F1@50"), Column("boundary_error_s", "boundary error, s", 1.0, 2)),
        readme=True,
    ),
    TableSpec("har", "One window, closed set (MultiRocketHydra learns from 4,000 windows, the others from all): macro-F1 × 100", "parts", (F1,), True, r"^[^/]*(/fixed)?$", groups=True),
    TableSpec("har_groups5", "One window, closed set, everyone tested once (leave one group of five out): macro-F1 × 100", "parts", (F1,), groups=True),
    TableSpec(
        "late_fusion",
        "Late fusion, × 100",
        columns=(F1, Column("macro_f1_ten_classes", "ten classes"), ACCURACY, Column("accuracy_both", "accuracy, both present"), Column("accuracy_sound", "sound alone"), Column("accuracy_motion", "motion alone"), Column("invalid_rate", "invalid")),
        readme=True,
        readme_parts=r"^label-paired-12$|^epic-kitchens/(now|next)$",
        readme_systems=r"^(telltale, (no )?labelled sounds|tuned pool, tags → one sentence|motion only|audio only, words|neighbours \+ motion( \+ MiniLM)?(, equal)?|presence pattern alone.*|majority|most frequent|logistic, history( \+ sound)?)$",
    ),
    TableSpec("few_shot", "A few labelled windows a class: macro-F1 × 100", "parts", (F1,), groups=True),
    TableSpec("zero_shot", "No labelled window of the set at all: macro-F1 × 100", "parts", (F1,), groups=True),
    TableSpec("retrieval", "Retrieval", columns=(Column("recall_at_1", "R@1"), Column("recall_at_5", "R@5"), Column("recall_at_10", "R@10"), Column("mrr", "MRR"), Column("median_rank", "median rank", 1.0, 0))),
    TableSpec("calibration", "Is 80 % sure right 80 % of the time? × 100", columns=(Column("ece", "ECE"), Column("ece_refitted", "ECE, refitted on other people"), Column("brier", "Brier"), Column("accuracy_at_80", "accuracy of the surest 80 %"), Column("coverage_aps", "conformal coverage (APS, 90 asked)"), Column("worst_coverage_aps", "worst person"), Column("set_size_aps", "set size", 1.0, 2))),
    TableSpec("robustness", "When the recording is worse: macro-F1 × 100", "parts", (F1,), groups=True),
    TableSpec("anticipation", "What comes next: mean over classes × 100", columns=(Column("moc", "mean over classes"), Column("next_activity_accuracy", "next activity, accuracy"))),
    TableSpec("anticipation_actionllm", "What comes next: ActionLLM for half of its recipe's epochs, all five folds of 50 Salads, mean over classes × 100", columns=(Column("moc", "mean over classes"), Column("next_activity_accuracy", "next activity, accuracy"))),
    TableSpec("anticipation_actionllm_breakfast", "What comes next: ActionLLM, its whole recipe, all four folds of Breakfast, mean over classes × 100", columns=(Column("moc", "mean over classes"), Column("next_activity_accuracy", "next activity, accuracy"))),
    TableSpec("anticipation_ablations", "What comes next: ActionLLM's ablations, a fifth of the recipe's epochs, four folds of 50 Salads (20 people, one seed), mean over classes × 100", columns=(Column("moc", "mean over classes"), Column("next_activity_accuracy", "next activity, accuracy"))),
    TableSpec("anticipation_prompted", "What comes next: the anticipation prompt on the embedded language model, all five folds of 50 Salads, mean over classes × 100", columns=(Column("moc", "mean over classes"), Column("next_activity_accuracy", "next activity, accuracy"))),
    TableSpec("anticipation_new_activities", "Does an activity come next that nobody, or one person, was seen to do? AUROC × 100, mean over activities taken out in turn", columns=(Column("auroc", "AUROC"),)),
    TableSpec("anticipation_drawn", "What comes next: futures drawn one by one; the best of 25 is chosen by the truth and is no forecast, mean over classes × 100", columns=(Column("moc", "mean over classes"), Column("next_activity_accuracy", "next activity, accuracy"))),
    TableSpec("anticipation_wearables", "What comes next for wearables, asked of people, days and timelines never seen: accuracy × 100, errors of start and length, 90 % intervals", columns=(ACCURACY, Column("told_share", "told"), Column("accuracy_told", "accuracy where told"), Column("onset_error_median_s", "start, median error, s", 1.0), Column("onset_error_median_min", "min", 1.0), Column("onset_covered_90", "start inside the interval"), Column("onset_covered_90_worst", "worst person or day"), Column("duration_error_median_s", "length, median error, s", 1.0), Column("duration_error_median_min", "min", 1.0), Column("duration_covered_90", "length inside the interval"))),
    TableSpec("anticipation_kitchens", "What hands do next in kitchens: accuracy of the next verb × 100", columns=(ACCURACY,)),
    TableSpec("captions", "Captions, read back and compared with the samples"),
    TableSpec("captions_sensorllm", "Captions by the shipped SensorLLM, read in pieces and at once, and by two more alignments of seeds 1 and 2 (align-1, align-2), 200 segments a set (25 where its text alone decides), beside the rule on the bins that it is given and controls, × 100", columns=(Column("label_accuracy", "steps right"), Column("boundary_f1", "ends, F1"), Column("overall_accuracy", "overall trend"), Column("exact_rate", "right in everything"), Column("bleu1", "BLEU-1, one wording"), Column("bleu1_wordings", "BLEU-1, eight wordings"), Column("rouge_l", "ROUGE-L"), Column("minilm_cosine", "MiniLM cosine"))),
    TableSpec("captions_prompted", "A small language model shown the numbers and one example, and the shipped SensorLLM freely, within the grammar and read at its rows: the same 8 segments a set, × 100", columns=(Column("parse_failure_rate", "no parser reads"), Column("label_accuracy", "steps right"), Column("boundary_f1", "ends, F1"), Column("overall_accuracy", "overall trend"), Column("bleu1", "BLEU-1, one wording"), Column("bleu1_wordings", "BLEU-1, eight wordings"), Column("rouge_l", "ROUGE-L"), Column("minilm_cosine", "MiniLM cosine"))),
    TableSpec("qa", "Questions", columns=(Column("questions_exact", "exact"), Column("invented", "invented", 1.0, 0))),
    TableSpec("conversation", "Conversations", columns=(Column("turns_held", "turns held"), Column("exact", "exact"), Column("refused", "refused"), Column("consistent", "consistent"), Column("whole_conversations", "whole conversations"), Column("invented", "invented", 1.0, 0))),
    TableSpec("sensorllm", "SensorLLM"),
    TableSpec("sensorllm_cross_hapt", "SensorLLM aligned on one set and tuned on another, neither text nor numbers, tuned on and asked of HAPT (small form, three seeds), × 100", columns=(F1, ACCURACY, ECE)),
    TableSpec("sensorllm_cross_usc_had", "SensorLLM aligned on one set and tuned on another, neither text nor numbers, tuned on and asked of USC-HAD (small form, one seed), × 100", columns=(F1, ACCURACY, ECE)),
    TableSpec("sensorllm_sizes_hapt", "SensorLLM's alignment MLP in four sizes, aligned on HAPT for 12 minutes each, neither text nor numbers, tuned on and asked of HAPT (small form, one seed), × 100", columns=(F1, ACCURACY, ECE)),
    TableSpec("sensorllm_seeds_hapt", "SensorLLM with and without alignment (the shipped one, one on HAPT alone) and the warm start, beside networks and libraries, HAPT (small form, three seeds), × 100", columns=(F1, ACCURACY, ECE)),
    TableSpec("sensorllm_motionsense", "SensorLLM told gravity's view by value, beside networks and libraries, MotionSense (small form, three seeds), × 100", columns=(F1, ACCURACY, ECE)),
    TableSpec("sensorllm_watch", "SensorLLM on a watch, 18 activities, with and without alignment, beside networks and libraries (small form, three seeds), × 100", columns=(F1, ACCURACY, ECE)),
    TableSpec("sensorllm_turned_usc_had", "SensorLLM of turned windows with and without alignment, beside networks and libraries, USC-HAD (small form, three seeds), × 100", columns=(F1, ACCURACY, ECE)),
    TableSpec("sensorllm_chronos_usc_had", "Chronos encoder and MLP, USC-HAD (windows of the small form, one seed), × 100", columns=(F1, ACCURACY, ECE)),
    TableSpec("sensorllm_few_hapt", "SensorLLM with and without alignment where 20 windows a class are labelled, neither text nor numbers, beside baselines of the same windows, HAPT (small form, three seeds), × 100", columns=(F1, ACCURACY, ECE)),
    TableSpec("sensorllm_kinds_hapt", "SensorLLM aligned with the paper's trend texts alone and with frequency, periodicity and correlation too, on HAPT for 12 minutes each, neither text nor numbers, tuned on and asked of HAPT (small form, one seed), × 100", columns=(F1, ACCURACY, ECE)),
    TableSpec("sensorllm_beside_usc_had", "SensorLLM and baselines where HAPT's people train beside USC-HAD's, asked of USC-HAD (small form, one seed), × 100", columns=(F1, ACCURACY, ECE)),
    TableSpec("sensorlm", "SensorLM: named by words, told apart from a few shots, captions found, × 100", columns=(Column("auroc", "AUROC"), F1, Column("macro_f1_among_unseen", "macro-F1 among unseen"), Column("recall_at_1", "R@1"), Column("recall_at_5", "R@5"), Column("recall_at_10", "R@10"))),
    TableSpec("sensorlm_captions", "Captions that a SensorLM decoder writes, greedily and unchecked, beside an exact caption, the nearest training window's and another window's, × 100", columns=(Column("known", "sentences in a known wording"), Column("held", "sentences that hold"), Column("numbers_right", "numbers right"), Column("numbers_near", "sums within 5 % or 0.05"), Column("activity", "activity right"), Column("said", "sentences", 1.0, 1), Column("bleu1", "BLEU-1"), Column("bleu1_wordings", "BLEU-1, eight wordings"), Column("rouge_l", "ROUGE-L"))),
    TableSpec("sensorlm_shots", "SensorLM told apart from a few labelled windows, beside LLaSA's encoder, the motion classifier's embeddings and features: a linear probe on each, macro-F1 × 100", "parts", (F1,)),
    TableSpec("sensorlm_levels", "SensorLM learnt from fewer levels of captions, 16 epochs each, one seed, a quick look: 600 windows a set named, × 100", columns=(Column("auroc", "AUROC"), F1, Column("macro_f1_among_unseen", "macro-F1 among unseen"), Column("recall_at_1", "R@1"), Column("recall_at_5", "R@5"), Column("recall_at_10", "R@10"))),
    TableSpec("llasa", "LLaSA: windows of 6 s named, asked about and explained, × 100", columns=(Column("weighted_f1", "weighted F1"), F1, ACCURACY, Column("unclear", "unclear"), Column("supported", "sentences that hold"), Column("exact_numbers", "exact numbers"))),
    TableSpec("llasa_explanations", "Explanations that pass the verifier unaided, the embedded language model with and without LLaSA's adapter, × 100", columns=(Column("supported", "sentences supported"), Column("sentences", "sentences", 1.0, 0))),
    TableSpec("leaks", "Planted leaks", columns=(Column("found", "found, %"), Column("missed", "missed", 1.0, 0), Column("false_alarms", "false alarms", 1.0, 0))),
    TableSpec("sound", "Sound tags, clips of source recordings never heard in training, × 100", columns=(F1, ACCURACY, Column("foreign_mean_recall", "mean recall, foreign"), Column("false_alarms", "false alarms, foreign"), ECE), readme=True),
)  # fmt: skip
