"""Cox models of R 4.2.2, survival 3.5-3, `coxph` with Efron's and Breslow's ties."""

from collections import defaultdict

import numpy as np
import pytest
from survival_inputs import Row, read_columns, read_rows

from trialwright.stats.cox import CoxModel, CoxTies, HazardRatio, code_groups, estimate_cox

RELATIVE = 1e-6  # both stop when the likelihood is flat


def fit(dataset: str, ties: str, terms: list[str]) -> CoxModel:
    rows = read_rows(f"inputs/{dataset}.csv")
    time, event, group = read_columns(rows)
    columns, names = code_groups(group, "group")
    others = [term for term in terms if term not in names]
    covariates = np.array([[float(row[name]) for name in others] for row in rows])
    return estimate_cox(
        time,
        event,
        np.hstack([columns, covariates]),
        names=[*names, *others],
        ties=CoxTies(ties),
    )


def compare(model: CoxModel, term: HazardRatio, row: Row) -> None:
    ours = {
        "coef": term.coef,
        "hr": term.hazard_ratio,
        "se": term.std_error,
        "z": term.z,
        "p": term.p_value,
        "hr_lower": term.lower,
        "hr_upper": term.upper,
        "loglik0": model.log_likelihood_null,
        "loglik1": model.log_likelihood,
        "lr": model.likelihood_ratio,
        "score": model.score,
        "concordance": model.concordance,
    }
    for name, value in ours.items():
        assert value == pytest.approx(float(row[name]), rel=RELATIVE), (row, name)
    # R's summary prints the Wald statistic to two decimals.
    assert model.wald == pytest.approx(float(row["wald"]), abs=0.005000001), row


def test_every_model_equals_coxph():
    models = defaultdict(list)
    for row in read_rows("km_cox.csv"):
        models[row["dataset"], row["model"], row["ties"]].append(row)
    assert models
    for (dataset, _, ties), rows in models.items():
        model = fit(dataset, ties, [row["term"] for row in rows])
        assert [term.name for term in model.terms] == [row["term"] for row in rows]
        for term, row in zip(model.terms, rows, strict=True):
            compare(model, term, row)
