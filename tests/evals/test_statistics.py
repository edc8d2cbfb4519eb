"""The intervals and tests, beside scipy's and scikit-learn's on cases where those apply."""

from __future__ import annotations

import time

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats
from sklearn.metrics import accuracy_score, balanced_accuracy_score, f1_score

from evals.confusion import Confusion, accuracy_of_counts, balanced_accuracy_of_counts, macro_f1, macro_f1_of_counts
from evals.statistics import (
    clustered_interval,
    counts_interval,
    holm,
    label_interval,
    mcnemar,
    paired_difference,
    paired_labels,
    paired_over_seeds,
    permutation_test,
)

LABELS = ("lying", "sitting", "walking")


def answers(n: int, right: float, seed: int, groups: int = 8) -> tuple[list[str], list[str], list[str]]:
    rng = np.random.default_rng(seed)
    truth = rng.choice(LABELS, n)
    said = np.where(rng.random(n) < right, truth, rng.choice(LABELS, n))
    return truth.tolist(), said.tolist(), [f"s{i % groups}" for i in range(n)]


def test_the_metrics_are_scikit_learns() -> None:
    truth, said, _ = answers(400, 0.6, 1)
    counts = Confusion.of(truth, said).total[None]
    assert macro_f1(truth, said) == pytest.approx(f1_score(truth, said, average="macro"))
    assert accuracy_of_counts(counts)[0] == pytest.approx(accuracy_score(truth, said))
    assert balanced_accuracy_of_counts(counts)[0] == pytest.approx(balanced_accuracy_score(truth, said))


def test_no_answer_is_wrong_but_no_class() -> None:
    assert macro_f1(["a", "a", "b"], ["a", None, "b"]) == pytest.approx((2 / 3 + 1) / 2)
    assert macro_f1(["a", "b"], ["a", "zebra"], labels=["a", "b"]) == pytest.approx(0.5)
    with pytest.raises(ValueError, match="zebra"):
        macro_f1(["a", "zebra"], ["a", "a"], labels=["a"])


def test_one_sample_a_person_is_scipys_bootstrap() -> None:
    x = np.random.default_rng(3).gamma(2.0, size=60)
    ours = clustered_interval({str(i): [v] for i, v in enumerate(x)}, np.mean, resamples=20_000)
    theirs = stats.bootstrap((x,), np.mean, method="percentile", n_resamples=20_000, rng=1).confidence_interval
    assert ours.ci95 == pytest.approx((theirs.low, theirs.high), abs=0.02)
    assert ours.value == pytest.approx(x.mean())


def test_people_who_differ_widen_the_interval() -> None:
    rng = np.random.default_rng(0)
    means = rng.normal(size=8)
    by_person = {str(i): rng.normal(m, 0.1, size=200) for i, m in enumerate(means)}
    clustered = clustered_interval(by_person, np.mean)
    assert clustered.ci95 is not None
    width = clustered.ci95[1] - clustered.ci95[0]
    alone = stats.bootstrap((np.concatenate(list(by_person.values())),), np.mean, n_resamples=500, rng=1)
    assert width > 5 * (alone.confidence_interval.high - alone.confidence_interval.low)
    # Of the means of eight people: the standard error is known.
    assert width == pytest.approx(2 * 1.96 * means.std() / np.sqrt(8), rel=0.15)


def test_counts_and_rows_give_the_same_interval() -> None:
    truth, said, groups = answers(240, 0.7, 5)
    fast = label_interval(truth, said, groups)
    rows = {g: [(t, s) for t, s, h in zip(truth, said, groups, strict=True) if h == g] for g in sorted(set(groups))}
    slow = clustered_interval(rows, lambda pairs: macro_f1([t for t, _ in pairs], [s for _, s in pairs]))
    assert fast.value == pytest.approx(slow.value)
    assert fast.ci95 == pytest.approx(slow.ci95)


def test_thirty_thousand_windows_are_drawn_two_thousand_times_within_a_second_of_cpu() -> None:
    truth, said, groups = answers(30_000, 0.8, 2, groups=30)
    began = time.process_time()
    label_interval(truth, said, groups)
    assert time.process_time() - began < 2.0  # processor seconds, not the clock: a busy machine changes nothing


def test_one_person_has_no_interval() -> None:
    truth, said, _ = answers(50, 0.7, 1)
    found = label_interval(truth, said, ["only"] * 50)
    assert found.ci95 is None and "ci95" not in found.metric()


def test_the_sign_flip_is_scipys_exact_permutation_test() -> None:
    rng = np.random.default_rng(4)
    a, b = rng.normal(0.4, 1, 9), rng.normal(0, 1, 9)
    ours = paired_difference(list(a), list(b), [str(i) for i in range(9)])
    theirs = stats.permutation_test(
        (a, b), lambda x, y: np.mean(x) - np.mean(y), permutation_type="samples", n_resamples=np.inf
    )
    assert ours.p == pytest.approx(theirs.pvalue)
    assert ours.method == "sign flip over 9 subjects"
    paired = stats.bootstrap((a - b,), np.mean, method="percentile", n_resamples=20_000, rng=1).confidence_interval
    assert ours.ci95 == pytest.approx((paired.low, paired.high), abs=0.08)


def test_labels_are_compared_as_rows_are() -> None:
    truth, a, groups = answers(200, 0.8, 6)
    _, b, _ = answers(200, 0.8, 6)
    b = [s if i % 3 else "lying" for i, s in enumerate(b)]
    fast = paired_labels(truth, a, b, groups, accuracy_of_counts)
    right = [[float(t == s) for t, s in zip(truth, said, strict=True)] for said in (a, b)]
    slow = paired_difference(right[0], right[1], groups)
    assert (fast.value, fast.p) == pytest.approx((slow.value, slow.p))
    assert fast.value > 0 and fast.p < 0.05
    assert paired_labels(truth, b, a, groups, accuracy_of_counts).p == fast.p


def test_equal_systems_do_not_differ() -> None:
    truth, a, groups = answers(100, 0.8, 6)
    same = paired_labels(truth, a, a, groups)
    assert (same.value, same.ci95, same.p) == (0.0, (0.0, 0.0), 1.0)


def test_seeds_are_averaged_before_two_systems_are_compared() -> None:
    rng = np.random.default_rng(3)
    truth, groups = [str(x) for x in rng.integers(0, 3, 280)], [str(i % 7) for i in range(280)]

    def table(share: float) -> Confusion:
        said = [t if rng.random() < share else "0" for t in truth]
        return Confusion.of(truth, said, groups, ("0", "1", "2"))

    good, bad = [table(0.9), table(0.7)], [table(0.5), table(0.6)]
    found = paired_over_seeds(good, bad)
    means = [np.mean([t.value(macro_f1_of_counts) for t in tables]) for tables in (good, bad)]
    assert found.value == pytest.approx(means[0] - means[1]) and found.n == 280 and found.groups == 7
    assert found.p == paired_over_seeds(bad, good).p < 0.05
    # The same people stand in every resample, so that a seed of one beside itself is no difference at all.
    assert paired_over_seeds(good, good[::-1]).value == pytest.approx(0.0) and paired_over_seeds(good, good).p == 1.0
    with pytest.raises(ValueError, match="seeds"):
        paired_over_seeds(good, bad[:1])


def test_of_few_people_the_least_certain_seed_tells_whether_seeds_agree() -> None:
    truth, groups = ["0", "1"] * 40, [str(i % 4) for i in range(80)]
    right, poor = truth, ["0"] * 80
    a = [Confusion.of(truth, said, groups, ("0", "1")) for said in (right, poor)]
    b = [Confusion.of(truth, poor, groups, ("0", "1")), Confusion.of(truth, poor, groups, ("0", "1"))]
    found = paired_over_seeds(a, b, unlike=[(40, 0), (0, 0)])
    assert found.value == pytest.approx((1 - 1 / 3) / 2) and (found.groups, found.n) == (4, 80)
    assert found.p == 1.0 and found.method == "McNemar over 80 samples, the largest of 2 seeds"
    assert paired_over_seeds(a[:1], b[:1], unlike=[(40, 0)]).p < 1e-9
    # Both seeds are sure, of opposite things.
    assert paired_over_seeds(a, b, unlike=[(40, 0), (0, 30)]).p == 1.0
    assert paired_over_seeds(a, b, unlike=[(40, 0), (30, 0)]).p < 1e-8
    with pytest.raises(ValueError, match="unlike samples of each seed"):
        paired_over_seeds(a, b, unlike=[(40, 0)])


def test_few_people_are_compared_sample_by_sample_and_say_so() -> None:
    truth, a, groups = answers(60, 0.9, 2, groups=2)
    b = ["lying"] * 60
    found = paired_labels(truth, a, b, groups)
    assert found.method == "McNemar over 60 samples" and found.p < 1e-4
    assert mcnemar(8, 2) == pytest.approx(stats.binomtest(2, 10).pvalue)


def test_chance_is_chance() -> None:
    truth, good, groups = answers(300, 0.5, 8)
    better = permutation_test(truth, good, groups=groups)
    guess = np.random.default_rng(9).choice(LABELS, 300).tolist()
    no_better = permutation_test(truth, guess)
    assert better.p < 0.01 and better.chance == pytest.approx(1 / 3, abs=0.05)
    assert no_better.p > 0.05
    assert no_better.ci95[0] <= no_better.value <= no_better.ci95[1]


def test_shuffles_give_scipys_p() -> None:
    truth, said, _ = answers(40, 0.25, 3)
    codes = [[LABELS.index(v) for v in values] for values in (truth, said)]
    theirs = stats.permutation_test(
        (np.array(codes[1]),), lambda x: float(np.mean(x == np.array(codes[0]))),
        permutation_type="pairings", n_resamples=4000, alternative="greater", rng=0, vectorized=False,
    )  # fmt: skip
    assert permutation_test(truth, said, accuracy_of_counts, shuffles=4000).p == pytest.approx(theirs.pvalue, abs=0.04)


def test_holm_is_stepwise() -> None:
    assert holm({"a": 0.01, "b": 0.04, "c": 0.03}) == pytest.approx({"a": 0.03, "b": 0.06, "c": 0.06})
    assert holm({"only": 0.2}) == {"only": 0.2}


def test_a_class_that_a_resample_lacks_is_left_out() -> None:
    counts = np.zeros((1, 2, 3))
    counts[0, 0, 0] = 5
    assert macro_f1_of_counts(counts)[0] == 1.0


def test_a_mean_over_the_classes_that_occur_lies_inside_its_centred_interval() -> None:
    """Twelve groups; eight know the common class, four have each a rare one of their own that is never right."""
    counts = np.zeros((12, 5, 2))
    counts[:8, 0] = (9, 10)
    for rare in range(4):
        counts[8 + rare, 1 + rare] = (0, 10)

    def over_classes(sums: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        shares = np.where(sums[..., 1] > 0, sums[..., 0] / np.maximum(sums[..., 1], 1), np.nan)
        return np.asarray(np.nanmean(shares, axis=-1))

    plain, centred = (counts_interval(counts, over_classes, centred=flag) for flag in (False, True))
    assert plain.ci95 is not None and centred.ci95 is not None
    assert plain.value == centred.value == pytest.approx(0.18)
    assert plain.ci95[0] >= plain.value
    assert centred.ci95[0] < centred.value < centred.ci95[1]
    assert centred.ci95[1] - centred.ci95[0] == pytest.approx(plain.ci95[1] - plain.ci95[0])
