"""Each check of a published statement: what holds, what does not, and in which way."""

import itertools
import json
import statistics
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter
from scipy import stats

from trialwright.appraise.appraisal import appraise_statement
from trialwright.appraise.statements import AnyStatement
from trialwright.appraise.verdicts import Finding, print_as, truncate
from trialwright.cli.main import main
from trialwright.core.errors import EstimateError
from trialwright.stats.survival import estimate_quantile, estimate_survival
from trialwright.stats.survival_feasibility import (
    MOST_PATTERNS,
    WantedMedian,
    count_patterns,
    find_feasible_curves,
)
from trialwright.stats.survival_limits import ConfidenceType

EXAMPLE = Path(__file__).parents[2] / "examples" / "metromajx" / "published.yaml"
READ = TypeAdapter(AnyStatement)


def check(name: str, **facts: Any) -> Finding:
    return appraise_statement(READ.validate_python({"id": "S1", "check": name, **facts}))


def verdict(name: str, **facts: Any) -> str:
    return check(name, **facts).verdict.value


def test_every_percentage_that_is_rounded_holds_and_every_other_one_does_not() -> None:
    for of in range(1, 60):
        for count in range(of + 1):
            exact = Fraction(100 * count, of)
            rounded, cut = print_as(exact, 1, ROUND_HALF_UP), truncate(exact, 1)
            facts = {"count": count, "of": of}
            assert verdict("count_vs_percentage", printed=rounded, **facts) == "holds"
            even = print_as(exact, 1, ROUND_HALF_EVEN)
            expected = "holds" if cut in (rounded, even) else "truncation"
            assert verdict("count_vs_percentage", printed=cut, **facts) == expected
            wrong = print_as(exact + 3, 1, ROUND_HALF_UP)
            assert verdict("count_vs_percentage", printed=wrong, **facts) == "contradiction"


def test_a_percentage_that_does_not_fit_is_given_its_mildest_reason() -> None:
    facts = {"count": 9, "of": 15, "printed": "64.2", "denominators": [14]}
    assert "the denominator may have been 14" in check("count_vs_percentage", **facts).explanation
    facts = {"count": 2, "of": 14, "printed": "21.4"}
    assert "It would be 3 of 14." in check("count_vs_percentage", **facts).explanation
    facts = {"count": 2, "of": 14, "printed": "14.4", "beside": ["42.8", "42.8"]}
    assert verdict("count_vs_percentage", **facts) == "rounding"
    assert verdict("count_vs_percentage", count=1, of=8, printed="12") == "holds"  # half to even
    assert verdict("count_vs_percentage", count=1, of=8, printed="13") == "holds"
    assert verdict("count_vs_percentage", count=9, of=8, printed="112.5") == "contradiction"


@pytest.mark.parametrize(
    ("name", "facts", "expected"),
    [
        ("counts_sum", {"counts": [6, 8], "total": 14}, "holds"),
        ("counts_sum", {"counts": [6, 8], "total": 15}, "contradiction"),
        ("percentages_sum", {"printed": ["35.7", "7.1", "57.1"]}, "holds"),
        ("percentages_sum", {"printed": ["35", "7", "50"]}, "contradiction"),
        ("flow_arithmetic", {"start": 15, "less": [1, 2], "leaves": 12}, "holds"),
        ("flow_arithmetic", {"start": 15, "less": [1], "leaves": 13}, "contradiction"),
        ("text_vs_table", {"values": {"text": "9  Patients", "table": "9 patients"}}, "holds"),
        ("text_vs_table", {"values": {"text": "9", "table": "8"}}, "contradiction"),
        ("interval_order", {"printed": ["1.7", "1.8", "3.6"]}, "holds"),
        ("interval_order", {"printed": ["1.9", "1.8", "3.6"]}, "contradiction"),
        ("date_order", {"dates": ["2024-01-15", "2024-01-15"]}, "holds"),
        ("date_order", {"dates": ["2024-02-15", "2024-01-15"]}, "contradiction"),
        ("schedule_lattice", {"printed": ["1.4", "2.8"], "every_weeks": 6}, "holds"),
        ("schedule_lattice", {"printed": ["2.1"], "every_weeks": 6}, "contradiction"),
        ("simon_boundary", {"at_least": 4, "r": 3}, "holds"),
        ("simon_boundary", {"at_least": 4, "r": 4}, "contradiction"),
        ("citation_range", {"cited": [1, 2, 3], "listed": 3}, "holds"),
        ("citation_range", {"cited": [1, 4], "listed": 3}, "contradiction"),
        ("missing_item", {"item": "a registration number", "is_given": True}, "holds"),
        ("missing_item", {"item": "an interval", "is_given": False}, "omission"),
        ("design_rationale", {"used": {"line": "2"}, "source": {"line": "2"}}, "holds"),
        ("design_rationale", {"used": {"line": "2"}, "source": {"line": "1"}}, "contradiction"),
        ("design_rationale", {"used": {"line": "2"}, "source": {}}, "not_checkable"),
        ("for_a_reader", {"note": "Is this rare?"}, "not_checkable"),
        ("protocol_limit", {"n": 15, "each_at_most": 4, "total": 50}, "holds"),
        ("protocol_limit", {"n": 15, "each_at_most": 4, "total": 50, "most": 9}, "contradiction"),
    ],
)
def test_plain_arithmetic(name: str, facts: dict[str, Any], expected: str) -> None:
    found = check(name, **facts)
    assert found.verdict.value == expected
    assert found.explanation


def test_the_sums_of_a_median_and_a_range_are_those_of_every_list_of_numbers() -> None:
    for n in range(1, 6):
        possible: dict[tuple[float, int, int], set[int]] = {}
        for values in itertools.combinations_with_replacement(range(5), n):
            key = (float(statistics.median(values)), values[0], values[-1])
            possible.setdefault(key, set()).add(sum(values))
        for (median, least, most), sums in possible.items():
            facts = {"n": n, "median": median, "least": least, "most": most}
            for total in range(min(sums) - 1, max(sums) + 2):
                expected = "holds" if min(sums) <= total <= max(sums) else "contradiction"
                assert verdict("sum_median_range", total=total, **facts) == expected


def test_a_mean_lies_where_its_range_lets_it() -> None:
    facts = {"n": 11, "least": "0.7", "most": "11.8"}
    assert verdict("mean_range_feasibility", printed="3.9", **facts) == "holds"
    assert verdict("mean_range_feasibility", printed="1.5", **facts) == "contradiction"
    assert verdict("mean_range_feasibility", printed="11.5", **facts) == "contradiction"
    two = {"n": 2, "least": "1", "most": "3"}
    assert verdict("mean_range_feasibility", printed="2", **two) == "holds"


def test_a_median_of_categories_lies_in_its_middle_ones() -> None:
    counts = [{"least": 1, "most": 1, "count": 5}, {"least": 2, "most": 3, "count": 5}]
    for printed, expected in (("1.5", "holds"), ("2", "holds"), ("3", "contradiction")):
        assert verdict("median_vs_distribution", categories=counts, printed=printed) == expected
    nobody = [{"least": 1, "count": 0}]
    assert verdict("median_vs_distribution", categories=nobody, printed="1") == "not_checkable"


RATES = {"p0": 0.2, "p1": 0.4, "alpha": "0.05", "power": "0.80"}


def test_designs() -> None:
    whole = {"r1": 3, "n1": 13, "r": 12, "n": 43}
    assert verdict("simon_design", **RATES, **whole, kind="optimal") == "holds"
    assert verdict("simon_design", **RATES, **whole, kind="minimax") == "contradiction"
    assert verdict("simon_design", **RATES, **{**whole, "r": 11}) == "contradiction"
    assert "minimax" in check("simon_design", **RATES, n=33).explanation
    assert verdict("simon_design", **RATES, n=20) == "contradiction"
    near = {**RATES, "power": "0.81"}  # the exact power is 0.8002
    assert verdict("simon_design", **near, **whole) == "contradiction"
    assert verdict("simon_design", **{**RATES, "alpha": "0.050"}, **whole) == "holds"
    assert verdict("simon_design", **{**RATES, "p1": 0.1}, n=43) == "contradiction"
    impossible = {"r1": 13, "n1": 13, "r": 12, "n": 43}
    assert verdict("simon_design", **RATES, **impossible) == "contradiction"


def test_what_a_report_leaves_open_of_a_design_is_listed() -> None:
    known = {"p0": 0.11, "p1": 0.25, "alpha": "0.05", "power": "0.90", "n1": 27, "n": 77}
    found = check("simon_design", **known)
    assert found.verdict.value == "holds"
    assert "r1, r not stated: 3 designs" in found.explanation
    assert [part.split(":")[0] for part in found.computed.split("; ")] == [
        "0/27 13/77", "1/27 13/77", "2/27 13/77",
    ]  # fmt: skip


def test_a_design_that_is_far_too_small_is_told_without_a_search() -> None:
    close = {"p0": 0.2, "p1": 0.21, "alpha": "0.05", "power": "0.99", "n": 300}
    assert check("simon_design", **close).computed == "no feasible design"


def test_decisions_and_stages() -> None:
    design = {"r1": 3, "n1": 13, "r": 12, "n": 43, "responses": 1, "patients": 14}
    assert verdict("decision", **design, printed="stop") == "holds"
    assert verdict("decision", **design, printed="continue") == "contradiction"
    stage = {"planned": 13, "r": 3}
    assert verdict("design_deviation", **stage, assessed=13, responses=1) == "holds"
    found = check("design_deviation", **stage, assessed=14, responses=1)
    assert "The decision is the same" in found.explanation
    found = check("design_deviation", **stage, assessed=14, responses=4)
    assert "The decision depends on it" in found.explanation


def test_the_limits_of_a_proportion_name_their_method() -> None:
    facts = {"count": 9, "of": 30}
    exact = check("proportion_interval", **facts, lower="14.7", upper="49.4")
    assert "clopper-pearson" in exact.explanation
    wilson = check("proportion_interval", **facts, lower="16.7", upper="47.9")
    assert "wilson" in wilson.explanation
    shifted = {"count": 1, "of": 9, "lower": "2.8", "upper": "48.3"}
    assert "lower limit 2.8: 0.28" in check("proportion_interval", **shifted).explanation
    assert verdict("proportion_interval", **facts, lower="10", upper="60") == "contradiction"
    assert verdict("proportion_interval", **facts, lower="14.7", upper="49.3") == "truncation"


def test_the_p_values_of_a_signed_rank_test_are_those_that_ranks_can_give() -> None:
    n = 7
    ranks = np.arange(1, n + 1)
    for signs in itertools.product((-1, 1), repeat=n):
        signed = ranks * np.array(signs)
        p = stats.wilcoxon(signed, method="exact").pvalue
        fewer = min((signed < 0).sum(), (signed > 0).sum())
        assert verdict("p_value_lattice", n=n, printed=f"{p:.6f}") == "holds"
        if p < 0.5:
            smaller = (signed < 0) if ranks[signed < 0].sum() <= n * (n + 1) / 4 else (signed > 0)
            facts = {"n": n, "printed": f"{p:.6f}", "decreases": int(smaller.sum())}
            assert verdict("p_value_lattice", **facts) == "holds"
        assert fewer <= n
    found = check("p_value_lattice", n=n, printed="0.0100")
    assert found.verdict.value == "contradiction"
    assert "nearest exact p-value" in found.computed
    assert verdict("p_value_lattice", n=11, printed="0.0029", decreases=4) == "contradiction"


@pytest.mark.parametrize("conf_type", [ConfidenceType.PLAIN, ConfidenceType.LOG_LOG])
def test_a_curve_that_is_found_has_its_median_between_finite_limits(
    conf_type: ConfidenceType,
) -> None:
    for n, n_events in ((14, 8), (20, 12), (43, 30)):
        found = find_feasible_curves(n, n_events, conf_type=conf_type)
        assert found.n_risk is not None
        assert found.n_event is not None
        assert found.is_complete is (count_patterns(n, n_events) <= MOST_PATTERNS)
        times, events, left = [], [], n
        for day, (risk, dead) in enumerate(zip(found.n_risk, found.n_event, strict=True), start=1):
            times += [day - 0.5] * (left - risk) + [float(day)] * dead
            events += [False] * (left - risk) + [True] * dead
            left = risk - dead
        times += [float(len(found.n_risk)) + 1] * left
        events += [False] * left
        median = estimate_quantile(
            estimate_survival(np.array(times), np.array(events), conf_type=conf_type)
        )
        assert median.lower is not None
        assert median.estimate is not None
        assert median.upper is not None
        assert median.lower < median.estimate < median.upper


def test_medians_of_survival() -> None:
    facts = {"n": 14, "lower": "5.7", "median": "10.5"}
    found = check("km_feasibility", **facts, upper="13.6", events=5)
    assert found.verdict.value == "contradiction"
    assert "each of those reaches 0" in found.explanation
    assert verdict("km_feasibility", **facts, upper="13.6", events=9) == "holds"
    assert verdict("km_feasibility", **facts, events=6) == "holds"  # upper limit not reached
    assert verdict("km_feasibility", **facts, upper="13.6", events=15) == "contradiction"
    assert verdict("km_feasibility", **facts, upper="9.6", events=9) == "contradiction"
    assert verdict("km_feasibility", **{**facts, "n": 200}, upper="13.6", events=120) == "holds"
    scarce = check("km_feasibility", **{**facts, "n": 400}, upper="13.6", events=4)
    assert scarce.verdict.value in ("contradiction", "not_checkable")
    with pytest.raises(EstimateError, match="0 events of 5"):
        find_feasible_curves(5, 0)
    closed = find_feasible_curves(14, 5, conf_type=ConfidenceType.PLAIN)
    strict = find_feasible_curves(
        14, 5, conf_type=ConfidenceType.PLAIN, wanted=WantedMedian(is_midway=False)
    )
    assert (closed.n_feasible, strict.n_feasible, strict.n_tried) == (26, 24, 6412)


def test_the_command_prints_what_does_not_hold_and_json(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["appraise", str(EXAMPLE)]) == 0
    out = capsys.readouterr().out
    assert "T1-01 (Table 1): truncation" in out
    assert "T1-03" not in out
    assert "90 statements: 51 holds" in out
    assert main(["appraise", str(EXAMPLE), "--all"]) == 0
    assert "T1-03 (Table 1): holds" in capsys.readouterr().out
    assert main(["appraise", str(EXAMPLE), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)["statements"]
    assert set(said[0]) == {"id", "verdict", "computed", "explanation"}
    assert said[0]["verdict"] == "truncation"


def test_the_page_has_every_statement_under_its_verdict(tmp_path: Path) -> None:
    page = tmp_path / "new" / "report.html"
    assert main(["appraise", str(EXAMPLE), "--out", str(page)]) == 0
    text = page.read_text(encoding="utf-8")
    for words in ("What cannot both be: 16", "What is not given: 8", "What holds: 51", "KM-04"):
        assert words in text
    assert "http://" not in text.replace("http://www.w3.org", "")


def test_a_paper_that_is_wrong_is_told_line_by_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paper = tmp_path / "paper.yaml"
    paper.write_text(
        "paper: A report\n"
        "statements:\n"
        "  - {id: A, check: count_vs_percentage, count: -1, of: 14, printed: 42.8}\n"
        "  - {id: B, check: counts_summ, counts: [1], total: 1}\n"
        "  - {id: C, check: count_vs_percentage, count: 1, of: 14, printed: 7.1%}\n"
        "  - {id: D, check: simon_design, p0: 0.2, p1: 0.4, alpha: 5, power: 0.80, n: 43}\n",
        encoding="utf-8",
    )
    assert main(["appraise", str(paper)]) == 1
    said = capsys.readouterr().err
    for words in ("line 3,", "-1", "at least 0", "counts_sum", "7.1%", "such as 0.05"):
        assert words in said
    paper.write_text(
        "paper: A report\nstatements:\n"
        + "  - {id: A, check: counts_sum, counts: [1], total: 1}\n" * 2,
        encoding="utf-8",
    )
    assert main(["appraise", str(paper)]) == 2
    assert "id A is given twice" in capsys.readouterr().err
