"""Numbers of a window by value: what `values_of` says, and that a model of such numbers is read back as it was trained."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from models.rotations import turn_about
from models.sensorllm.configuration_sensorllm import SensorLLMConfig
from models.sensorllm.data import A_CHANNEL, A_WINDOW, VALUE_KINDS, known_kinds, values_of
from models.sensorllm.modeling_sensorllm import ChannelLevels
from models.upright import BAND_EDGES_HZ

RATE_HZ = 50.0
OF_CHANNELS = tuple(A_CHANNEL)


def _window(samples: int = 128) -> np.ndarray:
    """Two channels: a swing of 2 Hz about 9.8, and one that never changes."""
    at = np.arange(samples) / RATE_HZ
    return np.stack([9.8 + 3 * np.sin(2 * np.pi * 2.0 * at), np.full(samples, -1.5)])


def test_numbers_are_those_of_the_samples_kind_after_kind() -> None:
    window = _window(100)
    numbers = values_of([window, window + 1], RATE_HZ, OF_CHANNELS)
    assert numbers.shape == (2, 2 * sum(A_CHANNEL.values()))
    mean, deviation, flat_mean, flat_deviation = numbers[0, :4]
    assert (mean, flat_mean, flat_deviation) == (pytest.approx(9.8, abs=1e-5), -1.5, 0.0)
    assert deviation == pytest.approx(3 / np.sqrt(2), rel=1e-5)
    hertz, share, crossings, no_hertz, no_share, no_crossings = numbers[0, 4:10]
    assert (hertz, share) == (2.0, 1.0) and crossings == pytest.approx(4.0, abs=0.6)
    assert np.isnan(no_hertz) and (no_share, no_crossings) == (0.0, 0.0)
    period, strength, no_period, no_strength = numbers[0, 10:]
    assert period == pytest.approx(0.5, abs=0.021) and strength > 0.9
    assert np.isnan(no_period) and no_strength == 0.0
    # A window that lies one higher differs in its means alone.
    assert np.flatnonzero(np.abs(np.nan_to_num(numbers[1] - numbers[0])) > 1e-4).tolist() == [0, 2]


def test_too_few_samples_for_a_spectrum_have_none() -> None:
    numbers = values_of([_window(12)], RATE_HZ, OF_CHANNELS)[0]
    assert np.isfinite(numbers[:4]).all() and np.isnan(numbers[4:]).all()
    assert values_of([], RATE_HZ).shape == (0, 0)


def _worn(samples: int = 200) -> np.ndarray:
    """(6, L): gravity along z, a bounce of 2 Hz along it, a turn to the left about it, a sway of 0.6 Hz across."""
    at = np.arange(samples) / RATE_HZ
    window = np.zeros((6, samples))
    window[0], window[2] = 0.5 * np.sin(2 * np.pi * 0.6 * at), 9.8 + 2 * np.sin(2 * np.pi * 2.0 * at)
    window[5] = 0.7
    return window


def test_gravitys_view_tells_bounce_and_turn_however_the_sensor_is_worn() -> None:
    window = _worn()
    turn = turn_about(np.array([1.0, -2.0, 0.5]), 1.1)
    askew = np.concatenate([turn @ window[:3], turn @ window[3:]])
    numbers, as_askew = values_of([window, askew], RATE_HZ, ("upright", "bands"))
    assert np.allclose(numbers, as_askew, atol=1e-3)
    moments, bands = numbers[: A_WINDOW["upright"]].reshape(-1, 2), numbers[A_WINDOW["upright"] :].reshape(6, -1)
    along, rotation = moments[0], moments[2]
    assert along == pytest.approx([9.8, np.sqrt(2)], abs=0.02) and rotation == pytest.approx([0.7, 0.0], abs=0.01)
    at_two_hertz = next(i for i, high in enumerate(BAND_EDGES_HZ[1:]) if high > 2.0)
    assert bands[0].argmax() == at_two_hertz
    # The other way round is a turn to the right.
    window[5] *= -1
    assert values_of([window], RATE_HZ, ("upright",))[0, 4] == pytest.approx(-0.7, abs=0.01)


def test_bands_above_half_the_rate_are_not_told_and_other_channels_are_refused() -> None:
    bands = values_of([_worn(120)], 20.0, ("bands",))[0].reshape(6, -1)
    assert np.isnan(bands[:, -1]).all() and np.isfinite(bands[:, :-1]).all()
    assert np.isnan(values_of([_worn(12)], RATE_HZ, ("bands",))).all()
    with pytest.raises(ValueError, match="found 2 channels"):
        values_of([_window()], RATE_HZ, ("upright",))


@pytest.mark.parametrize("kinds", [[], ["statistics", "colour"], ["statistics", "statistics"]])
def test_unknown_kinds_are_refused(kinds: list[str]) -> None:
    with pytest.raises(ValueError, match="each once"):
        known_kinds(kinds)


def test_the_layer_is_as_wide_as_its_kinds_and_takes_what_is_missing() -> None:
    sizes = {}
    for kinds in (["statistics"], list(OF_CHANNELS)):
        config = SensorLLMConfig(channels=["acc_x", "acc_y"], by_value=8, value_kinds=kinds, backbone_size=6)
        layer = ChannelLevels(config)
        said = layer(torch.from_numpy(values_of([_window()], RATE_HZ, known_kinds(kinds))))
        assert said.shape == (1, 6) and bool(torch.isfinite(said).all())
        sizes[len(kinds)] = layer.read.in_features
    assert sizes[3] / sizes[1] == sum(A_CHANNEL.values()) / A_CHANNEL["statistics"]


def test_gravitys_view_counts_by_window_not_by_channel() -> None:
    channels = [f"{sensor}_{axis}" for sensor in ("acc", "gyro") for axis in "xyz"]
    config = SensorLLMConfig(channels=channels, by_value=8, value_kinds=list(VALUE_KINDS), backbone_size=6)
    said = ChannelLevels(config)(torch.from_numpy(values_of([_worn()], RATE_HZ, VALUE_KINDS)))
    assert said.shape == (1, 6) and bool(torch.isfinite(said).all())


def test_a_configuration_written_before_there_were_kinds_means_statistics() -> None:
    assert SensorLLMConfig.from_dict({"by_value": 8}).value_kinds == ["statistics"]
