"""What lets SensorLLM be trained on a processor: rows read where they stand, warm starts, pooled rows and fewer layers."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from small_sensor_language import build_backbone
from test_sensorllm import HAPT_LABELS, recording

from models.chronos.embedder import DUMMY
from models.sensorllm import (
    AlignmentPlan,
    FrozenParts,
    SensorLLM,
    TuningPlan,
    load_frozen,
    train_alignment,
    train_tuning,
)
from models.sensorllm.batches import IGNORED, collate, encode_all
from models.sensorllm.checkpoints import load_trained
from models.sensorllm.configuration_sensorllm import SIX_CHANNELS
from models.sensorllm.data import (
    AlignmentOptions,
    TrendConstraint,
    alignment_samples,
    draw_style,
    parse_trend_answer,
    system_text,
    trend_answer,
    trend_facts,
    window_samples,
)
from models.sensorllm.data.trend import exact_segments
from models.sensorllm.modeling_sensorllm import AlignmentMLP, ends_of, shallow
from models.sensorllm.processing_sensorllm import SensorLLMProcessor, rows_of
from models.sensorllm.reading import RowReader, pieces_of, read_rows, segments_of, steps_of
from models.sensorllm.training.alignment import AlignmentExamples, fresh_model
from models.sensorllm.training.class_start import start_from_classes
from models.sensorllm.training.step_start import start_from_steps
from models.sensorllm.training.tuning import WindowExamples, class_weights
from recordings import UserError


@pytest.fixture(scope="module")
def frozen(tmp_path_factory: pytest.TempPathFactory) -> FrozenParts:
    folder = build_backbone(tmp_path_factory.mktemp("backbone"))
    return load_frozen(str(folder), str(DUMMY), dtype=torch.float32)


@pytest.fixture(scope="module")
def processor(frozen: FrozenParts) -> SensorLLMProcessor:
    return SensorLLMProcessor(frozen.tokenizer, SIX_CHANNELS)


@pytest.fixture(scope="module")
def read_examples(frozen: FrozenParts, processor: SensorLLMProcessor) -> tuple[AlignmentExamples, AlignmentExamples]:
    """Segments of 4 to 30 samples; most answers are longer than 120 tokens."""
    options = AlignmentOptions(shortest=4, longest=30, share=0.2)
    made = [
        AlignmentExamples(
            list(alignment_samples([recording(who, seed=i)], options))[:24], processor, frozen, 120, read=True
        )
        for i, who in enumerate(("1", "3"))
    ]
    return made[0], made[1]


@pytest.fixture(scope="module")
def aligned(
    tmp_path_factory: pytest.TempPathFactory,
    frozen: FrozenParts,
    read_examples: tuple[AlignmentExamples, AlignmentExamples],
) -> Path:
    folder = tmp_path_factory.mktemp("aligned")
    plan = AlignmentPlan(sets=("hapt",), segments=24, longest_samples=30, warm_steps=200)
    train_alignment(
        Path(), folder, epochs=2, plan=plan, frozen=frozen, examples=read_examples, device="cpu", micro_batch=8
    )
    return folder


@pytest.mark.parametrize("seed", range(20))
def test_read_steps_give_the_exact_segments_back(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = np.round(rng.standard_normal(int(rng.integers(2, 40))), int(rng.integers(3))).astype(np.float32)
    steps = steps_of(values)
    assert len(steps) == len(values) + 1 and steps[0] == IGNORED
    segments, overall = segments_of(steps[1:-1], int(steps[-1]), 50.0)
    assert segments == exact_segments(values, 50.0)
    assert overall == trend_facts(values, 50.0, "x-axis accelerometer").overall


def test_what_only_rises_has_risen_whatever_the_last_row_says() -> None:
    assert segments_of(np.array([2, 2, 1]), 0, 10.0)[1] == "rising"
    assert segments_of(np.array([2, 0]), 0, 10.0)[1] == "falling"


def test_a_told_constraint_admits_its_segments_in_every_wording_and_no_others() -> None:
    rng = np.random.default_rng(3)
    values, other = rng.standard_normal(12), rng.standard_normal(12)
    facts, wrong = (trend_facts(v, 20.0, "z-axis gyroscope") for v in (values, other))
    told = TrendConstraint(12, 20.0, "z-axis gyroscope", told=(facts.segments, facts.overall))
    for _ in range(10):
        style = draw_style(rng)
        assert told.accepts(trend_answer(facts, style))
        assert not told.accepts(trend_answer(wrong, style))


def test_a_long_answer_is_not_asked_and_its_rows_are_read(
    read_examples: tuple[AlignmentExamples, AlignmentExamples],
) -> None:
    training = read_examples[0]
    assert 0 < training.answered < len(training)
    batch = training.batch(range(len(training)))
    for row, sample in enumerate(training.samples):
        read = batch["steps"][row]
        assert read[read >= 0].tolist() == steps_of(sample.series)[1:].tolist()
        asked = int((batch["answers"][row] >= 0).sum())
        assert (asked == 0) == (training.layouts[row].marks[-1] != 0)


def test_reading_is_learnt_beside_the_answers_and_then_decides_the_lines(aligned: Path, frozen: FrozenParts) -> None:
    config = load_trained(aligned).config
    assert len(set(config.step_tokens)) == 3
    model = SensorLLM.from_pretrained(aligned, frozen=frozen)
    rng = np.random.default_rng(0)
    series = [rng.standard_normal(n) for n in (3, 7)]
    texts = model.describe(series, 50.0, ("acc_x", "gyro_y"))
    assert texts == model.describe(series, 50.0, ("acc_x", "gyro_y"), writing="read")
    at_once = model.describe(series, 50.0, ("acc_x", "gyro_y"), writing="read_whole")
    for values, text in zip([*series, *series], [*texts, *at_once], strict=True):
        facts = parse_trend_answer(text)
        assert (facts.start_s, facts.end_s) == (0.0, round((len(values) - 1) / 50, 2))


@pytest.mark.parametrize("samples", [2, 5, 8, 9, 12, 13, 16, 100, 511])
@pytest.mark.parametrize("size", [2, 8, 16])
def test_pieces_hold_every_step_and_overlap_by_half(samples: int, size: int) -> None:
    pieces = pieces_of(samples, size)
    assert pieces[0][0] == 0 and pieces[-1][1] == samples
    assert all(end - first == min(size, samples) for first, end in pieces)
    held = np.zeros(samples - 1, dtype=int)
    for first, end in pieces:
        held[first : end - 1] += 1
    assert held.min() >= 1
    assert all(0 < b[0] - a[0] <= max(1, size // 2) for a, b in pairwise(pieces))


def test_text_before_the_rows_is_read_once_and_says_the_same(aligned: Path, frozen: FrozenParts) -> None:
    model = SensorLLM.from_pretrained(aligned, frozen=frozen)
    reader = RowReader(model.model, model.processor, frozen.embedder, 50.0, batch_size=2)
    series, names = [np.random.default_rng(i).standard_normal(n) for i, n in enumerate((9, 9, 4, 9))], ("acc_x",) * 4
    for values, (steps, whole) in zip(series, reader.whole(series, names), strict=True):
        layout = model.processor.reading([("acc_x", len(values) + 1)], system_text(len(values), 50.0))
        batch = collate([layout], encode_all(frozen.embedder, [[values]]).values, 2 * len(SIX_CHANNELS))
        with torch.inference_mode():
            embedded = model.model.embed(batch["features"], batch["input_ids"], batch["source"])
            (said,) = read_rows(model.model, model.model.hidden_states(embedded), [layout])
        assert np.allclose(said[1:-1], steps, atol=1e-3) and said[-1].argmax() == whole


def test_what_pieces_say_of_a_step_is_summed(aligned: Path, frozen: FrozenParts) -> None:
    model = SensorLLM.from_pretrained(aligned, frozen=frozen)
    reader = RowReader(model.model, model.processor, frozen.embedder, 50.0)
    rng = np.random.default_rng(0)
    series, names = [rng.standard_normal(n) for n in (6, 20, 3)], ("acc_x", "gyro_y", "acc_z")
    whole, short = reader.whole(series, names), reader.in_pieces(series, names, (8, 16))
    for i in (0, 2):  # shorter than a piece: the whole is the one piece, once
        assert np.allclose(whole[i][0], short[i][0], atol=1e-4)
    by_hand = np.zeros((19, 3))
    for size in (8, 16):
        for first, end in pieces_of(20, size):
            (steps, _) = reader.whole([series[1][first:end]], names[1:2])[0]
            assert np.allclose(np.exp(steps).sum(axis=1), 1, atol=1e-3)
            by_hand[first : end - 1] += steps
    assert np.allclose(by_hand, short[1][0], atol=1e-3)
    assert [end for _, end in short] == [
        reader.whole([v[[0, -1]]], (n,))[0][1] for v, n in zip(series, names, strict=True)
    ]


def test_a_checkpoint_that_was_not_taught_to_be_read_says_so(
    tmp_path: Path, aligned: Path, frozen: FrozenParts
) -> None:
    model = load_trained(aligned)
    model.config.step_tokens = []
    model.save_pretrained(tmp_path)
    with pytest.raises(UserError, match="taught to be read"):
        SensorLLM.from_pretrained(tmp_path, frozen=frozen).describe([np.arange(4.0)], 50.0, ("acc_x",), writing="read")


def test_a_warm_start_turns_rows_towards_their_words(
    aligned: Path, frozen: FrozenParts, read_examples: tuple[AlignmentExamples, AlignmentExamples]
) -> None:
    training = read_examples[0]
    assert training.steps is not None
    wanted = torch.from_numpy(np.concatenate(training.steps))
    costs = []
    for steps in (1, 150):
        model = fresh_model(load_trained(aligned).config, frozen, 0, torch.device("cpu"))
        costs.append(start_from_steps(model, training.store.values, wanted, steps, 0))
    assert costs[1] < 0.9 * costs[0]


def test_pooled_rows_and_fewer_layers_train_and_classify(
    tmp_path: Path, aligned: Path, frozen: FrozenParts, processor: SensorLLMProcessor
) -> None:
    made = []
    for i, who in enumerate(("1", "3")):
        found = list(window_samples([recording(who, 24.0, i)]))
        short = [replace(w, series=w.series[:, ::8]) for w in [*found[:8], *found[-8:]]]
        made.append(WindowExamples(short, processor, frozen, list(HAPT_LABELS), True, pooled_rows=5))
    plan = TuningPlan(windows_per_epoch=16, pooled_rows=5, backbone_layers=1, warm_steps=30)
    train_tuning(
        Path(), tmp_path, dataset="hapt", aligned=aligned, epochs=3, frozen=frozen, examples=(made[0], made[1]),
        plan=plan, device="cpu", micro_batch=8,
    )  # fmt: skip
    samples = made[0].samples
    length = samples[0].series.shape[1]
    assert made[0].layouts[0].rows == 6 * rows_of(length, 5) == 6 * (-(-length // 5) + 1)
    model = SensorLLM.from_pretrained(tmp_path, frozen=frozen)
    windows = np.stack([s.series for s in samples])
    rate = model.model.config.rate_hz
    together = model.classify(windows, rate)
    assert together.shape == (len(samples), len(HAPT_LABELS))
    np.testing.assert_allclose(together[3], model.classify(windows[3:4], rate)[0], atol=1e-5)
    model.model.config.backbone_layers = 2
    assert np.abs(model.classify(windows, rate) - together).max() > 1e-6


def test_by_value_a_window_that_differs_in_its_mean_alone_is_another_window(
    tmp_path: Path, aligned: Path, frozen: FrozenParts, processor: SensorLLMProcessor
) -> None:
    """Rows are z-scored: without text, what lies 10 m/s² higher is the same to them; its mean by value tells it apart."""
    quiet = [replace(w, series=w.series[:, ::8]) for w in list(window_samples([recording("1", 24.0, 0)]))[:8]]
    lifted = [replace(w, series=w.series + np.array([[10.0]] + [[0.0]] * 5, np.float32)) for w in quiet]
    lifted = [replace(w, label=next(name for name in HAPT_LABELS if name != w.label)) for w in lifted]
    changes = {}
    for width in (0, 32):
        examples = WindowExamples([*quiet, *lifted], processor, frozen, list(HAPT_LABELS), False, pooled_rows=16)
        plan = TuningPlan(windows_per_epoch=16, text=False, pooled_rows=16, by_value=width, warm_steps=60)
        train_tuning(
            Path(), tmp_path / str(width), dataset="hapt", aligned=aligned, epochs=30, frozen=frozen,
            examples=(examples, examples), plan=plan, device="cpu", micro_batch=16, batch=16,
        )  # fmt: skip
        model = SensorLLM.from_pretrained(tmp_path / str(width), frozen=frozen)
        below, above = (
            model.classify(np.stack([w.series for w in side]), model.model.config.rate_hz) for side in (quiet, lifted)
        )
        changes[width] = float(np.abs(above - below).max())
    assert changes[0] < 1e-3 < 0.01 < changes[32], changes


def test_a_model_that_reads_values_asks_for_them(aligned: Path, frozen: FrozenParts) -> None:
    config = load_trained(aligned).config
    config.by_value = 8
    model = fresh_model(config, frozen, 0, torch.device("cpu"))
    with pytest.raises(ValueError, match="by value"):
        model.embed(torch.zeros(2, config.encoder_size), torch.zeros(1, 3).long(), torch.zeros(1, 3).long())


def test_pooling_averages_neighbours_and_leaves_the_end_alone(aligned: Path, frozen: FrozenParts) -> None:
    model = fresh_model(load_trained(aligned).config, frozen, 0, torch.device("cpu"))
    model.config.pooled_rows = 4
    rows = torch.arange(2 * 7, dtype=torch.float32)[:, None].expand(-1, 3)
    pooled = model._pooled(rows, 2)[:, 0].tolist()
    assert pooled == [1.5, 4.5, 6.0, 8.5, 11.5, 13.0]


@pytest.mark.parametrize("hidden", [[8], [8, 5]])
def test_averaging_before_the_last_layer_says_what_averaging_after_it_says(hidden: list[int]) -> None:
    torch.manual_seed(0)
    projector = AlignmentMLP([6, *hidden, 4])
    rows = torch.randn(12, 6, generator=torch.Generator().manual_seed(1))

    def mean(each: torch.Tensor) -> torch.Tensor:
        return each.view(4, 3, -1).mean(dim=1)

    torch.testing.assert_close(projector(rows, mean), mean(projector(rows)))
    assert projector(rows, mean).shape == (4, 4)


def test_fewer_layers_share_the_weights_and_more_than_there_are_is_refused(frozen: FrozenParts) -> None:
    network = frozen.backbone.base_model
    one = shallow(network, 1)
    assert len(one.layers) == 1 and len(network.layers) == 2
    assert one.layers[0] is network.layers[0]
    with pytest.raises(ValueError, match="2 layers"):
        shallow(network, 3)


def test_rows_lean_towards_the_names_of_their_classes(
    aligned: Path, frozen: FrozenParts, processor: SensorLLMProcessor
) -> None:
    found = list(window_samples([recording("1", 24.0, 0)]))
    short = [replace(w, series=w.series[:, ::8]) for w in [*found[:8], *found[-8:]]]
    examples = WindowExamples(short, processor, frozen, list(HAPT_LABELS), True)
    costs = []
    for steps in (1, 60):
        config = load_trained(aligned).config
        config.labels = list(HAPT_LABELS)
        model = fresh_model(config, frozen, 0, torch.device("cpu"))
        model.class_weights = class_weights(examples.targets, len(config.labels))
        costs.append(
            start_from_classes(model, processor, examples.store.values, examples.levels, examples.targets, steps, 0)
        )
    assert costs[1] < 0.8 * costs[0]


def test_a_layer_count_that_the_backbone_lacks_is_one_line(
    tmp_path: Path, aligned: Path, frozen: FrozenParts, processor: SensorLLMProcessor
) -> None:
    found = list(window_samples([recording("1", 24.0, 0)]))
    examples = WindowExamples(found[:4], processor, frozen, list(HAPT_LABELS), True)
    with pytest.raises(UserError, match="layers") as refused:
        train_tuning(
            Path(), tmp_path, dataset="hapt", aligned=aligned, frozen=frozen, examples=(examples, examples),
            plan=TuningPlan(backbone_layers=9), device="cpu",
        )  # fmt: skip
    assert "\n" not in str(refused.value)


def test_the_last_row_of_every_series_is_its_end() -> None:
    rising, falling = steps_of(np.array([0.0, 1.0, 2.0])), steps_of(np.array([2.0, 1.0]))
    asked = torch.from_numpy(np.concatenate([rising, falling, [IGNORED]]))
    assert asked.tolist() == [IGNORED, 2, 2, 2, IGNORED, 0, 0, IGNORED]
    assert torch.nonzero(ends_of(asked))[:, 0].tolist() == [3, 6]
    assert torch.nonzero(ends_of(asked[None, :7]))[:, 1].tolist() == [3, 6]
