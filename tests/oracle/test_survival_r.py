"""Survival curves, limits, quantiles, landmarks, follow-up and means of R 4.2.2, survival 3.5-3.

Every case of every file is compared; NA is nan, and None in a quantile.
"""

from collections import defaultdict

import numpy as np
import pytest
from survival_inputs import number, read_rows

from trialwright.stats.survival import (
    ConfidenceType,
    SurvivalCurve,
    TieOrder,
    estimate_at,
    estimate_follow_up,
    estimate_quantile,
    estimate_restricted_mean,
    estimate_survival,
)

ABSOLUTE = 1e-10  # R prints 15 digits; the curves are products of at most a few hundred ratios

CURVE_COLUMNS = {
    "time": "times",
    "n_risk": "n_risk",
    "n_event": "n_event",
    "n_censor": "n_censored",
    "surv": "survival",
    "std_err": "std_error",
    "lower": "lower",
    "upper": "upper",
    "cumhaz": "cumulative_hazard",
}


def read_group(dataset: str, group: str) -> tuple[np.ndarray, np.ndarray]:
    rows = [r for r in read_rows(f"inputs/{dataset}.csv") if group in ("__all__", r["group"])]
    return np.array([float(r["time"]) for r in rows]), np.array([int(r["status"]) for r in rows])


def fit(row: dict[str, str]) -> SurvivalCurve:
    time, event = read_group(row["dataset"], row["group"])
    return estimate_survival(time, event, conf_type=ConfidenceType(row["conf_type"]))


def differ(ours: float | None, theirs: str, tolerance: float = ABSOLUTE) -> bool:
    value = np.nan if ours is None else float(ours)
    return not np.isclose(value, number(theirs), rtol=0, atol=tolerance, equal_nan=True)


def test_every_column_of_every_curve_equals_survfit():
    cases = defaultdict(list)
    for row in read_rows("km_curves.csv.gz"):
        cases[row["dataset"], row["group"], row["conf_type"]].append(row)
    assert cases
    for key, rows in cases.items():
        curve = fit(rows[0])
        for column, attribute in CURVE_COLUMNS.items():
            expected = [number(row[column]) for row in rows]
            np.testing.assert_allclose(
                getattr(curve, attribute), expected, rtol=0, atol=ABSOLUTE, err_msg=f"{key}{column}"
            )


def rules_agree(values: np.ndarray, target: float) -> bool:
    """Tell whether R's quantile() must give what its print() gives.

    It looks values up in sorted order, which is another place once a limit rises again, and puts
    the midpoint of a last segment on the target to the last time.
    """
    known = values[~np.isnan(values)]
    return bool((np.diff(known) <= 1e-12).all() and (np.abs(known[-1:] - target) > 1e-7).all())


def test_quantiles_and_limits_follow_the_print_rule():
    wrong = []
    for row in read_rows("km_quantiles.csv"):
        prob, curve = float(row["prob"]), fit(row)
        quantile = estimate_quantile(curve, prob)
        bands = {"estimate": curve.survival, "lower": curve.lower, "upper": curve.upper}
        for name, values in bands.items():
            printed = "print_" if prob == 0.5 else ""
            if differ(getattr(quantile, name), row[printed + name]) and (
                printed or rules_agree(values, 1 - prob)
            ):
                wrong.append((row, name, getattr(quantile, name)))
    assert wrong == []


def test_landmarks_carry_the_last_value_forward_as_summary_with_extend():
    wrong = []
    for row in read_rows("km_landmarks.csv"):
        at = estimate_at(fit(row), [float(row["time"])])
        pairs = {
            "n_risk": at.n_risk,
            "surv": at.survival,
            "std_err": at.std_error,
            "lower": at.lower,
            "upper": at.upper,
        }
        wrong += [(row, k, v[0]) for k, v in pairs.items() if differ(v[0], row[k])]
    assert wrong == []


def test_follow_up_equals_survfit_with_the_event_swapped():
    wrong = []
    for row in read_rows("km_reverse_km.csv"):
        time, event = read_group(row["dataset"], row["group"])
        curve = estimate_follow_up(
            time,
            event,
            conf_type=ConfidenceType(row["conf_type"]),
            ties=TieOrder.CENSORINGS_FIRST,
        )
        median = estimate_quantile(curve)
        columns = {
            "median_followup": (median.estimate, curve.survival),
            "lower": (median.lower, curve.lower),
            "upper": (median.upper, curve.upper),
        }
        for name, (ours, values) in columns.items():
            if differ(ours, row[name]) and rules_agree(values, 0.5):
                wrong.append((row, name, ours))
    assert wrong == []


def test_restricted_means_and_their_errors_equal_survfit():
    for row in read_rows("km_rmst.csv"):
        curve = estimate_survival(*read_group(row["dataset"], row["group"]))
        mean = estimate_restricted_mean(curve, float(row["tau"]))
        assert mean.estimate == pytest.approx(float(row["rmst"]), rel=1e-10), row
        assert mean.std_error == pytest.approx(float(row["se"]), rel=1e-10), row
