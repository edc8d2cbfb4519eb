"""Six digits are kept of every value; what is printed of them is what would be printed of the value."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.wording import number
from tools.evidence import six_digits


@pytest.mark.parametrize(
    ("value", "kept", "printed"),
    [
        (-0.19449999, -0.194499, "-0.194"), (-0.1945, -0.1945, "-0.195"), (9.8149999, 9.81499, "9.81"), (9.8150001, 9.81501, "9.82"),
        (123456.7, 123457.0, "123,457"), (0.0, 0.0, "0"), (5.0000001, 5.0, "5"), (1.2345649e-9, 1.23456e-9, "1.23e-9"),
    ],
)  # fmt: skip
def test_a_tie_that_rounding_made_is_none(value: float, kept: float, printed: str) -> None:
    assert six_digits(value) == pytest.approx(kept, rel=1e-12)
    assert number(six_digits(value)) == printed


@given(st.floats(-1e6, 1e6, allow_nan=False).filter(lambda x: abs(x) > 1e-9), st.integers(1, 5))
def test_rounding_twice_is_rounding_once(value: float, digits: int) -> None:
    assert f"{six_digits(value):.{digits - 1}e}" == f"{value:.{digits - 1}e}"
    assert abs(six_digits(value) - value) <= 1.0000001e-5 * abs(value)


@given(st.integers(1, 99999), st.integers(-8, 4), st.floats(-1e-7, 1e-7))
def test_values_beside_a_tie_are_told_from_it(mantissa: int, exponent: int, beside: float) -> None:
    value = float(f"{mantissa}5e{exponent}") * (1 + beside)
    assert f"{six_digits(value):.2e}" == f"{value:.2e}"
