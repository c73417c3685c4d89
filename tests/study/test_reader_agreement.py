"""The radiologists of METROMAJX, who differ in five of fourteen as the README of the example says.

Source: examples/metromajx/README.md, the table of the five patients.
"""

from pathlib import Path

import pytest

import trialwright as tw
from trialwright.core.table import text_plain
from trialwright.report.sentences.agreement import tell_agreement
from trialwright.study.session import Results, Study

Run = tuple[Study, Results]


def test_the_radiologists_differ_in_five_of_fourteen(metromajx_run: Run) -> None:
    found = metromajx_run[1]["agreement"]
    assert [found.count(key) for key in ("n", "adjudicated_n", "pd_date_n", "bor_n")] == [
        14, 5, 5, 3,
    ]  # fmt: skip
    told = [text_plain(text) for text in tell_agreement(found)]
    assert told[0].startswith(
        "The two radiologists differed on best response in 3 and on the date of progression in 5 "
        "of 14 patients; 5 (35.7%) needed adjudication."
    )
    assert told[1] == (
        "No patient stopped treatment on a progression that the central read does not confirm."
    )


def test_the_five_are_named_with_the_accepted_reader_and_the_reason(metromajx_run: Run) -> None:
    cases = metromajx_run[1]["agreement"].cases
    assert cases.select("USUBJID", "bor_first", "bor_second", "chosen", "reason").rows() == [
        ("MJX-04", "PD", "SD", "RADIOLOGIST 2", "new lesion"),
        ("MJX-07", "PD", "SD", "RADIOLOGIST 1", "new lesion"),
        ("MJX-08", "SD", "SD", "RADIOLOGIST 1", "non-target lesions"),
        ("MJX-12", "SD", "PD", "RADIOLOGIST 2", "target lesions"),
        ("MJX-13", "SD", "SD", "RADIOLOGIST 2", "target lesions"),
    ]


def test_the_adjudicator_chose_the_second_reader_three_times(metromajx_run: Run) -> None:
    found = metromajx_run[1]["agreement"]
    assert (found.count("rdi_1_n"), found.count("rdi_2_n")) == (3, 2)


def test_the_investigator_is_later_in_one_patient_and_never_earlier(metromajx_run: Run) -> None:
    """MJX-14: SD by the investigator at the scan where the radiologists saw progression."""
    found = metromajx_run[1]["agreement"]
    keys = ("both_same", "both_local_later", "both_local_earlier", "local_only", "central_only")
    assert [found.count(key) for key in keys] == [11, 1, 0, 0, 0]
    assert (found.value("edr_rate"), found.value("ldr_rate")) == (0.0, 1.0)


def test_the_report_shows_the_section_after_the_response(metromajx_run: Run) -> None:
    page = (metromajx_run[0].path / "results" / "report.html").read_text(encoding="utf-8")
    places = [page.index(f'id="{name}"') for name in ("response", "agreement", "survival")]
    assert places == sorted(places)
    assert "Beaumont 2023" in page[places[1] : places[2]]


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("keep", ["one reader", "no evaluator"])
def test_without_both_radiologists_the_section_says_what_it_needs(
    metromajx_copy: Path, keep: str
) -> None:
    """One reader only, or no TREVAL and TREVALID at all: the read then serves as any."""
    (metromajx_copy / "data" / "supptu.csv").unlink()  # it names rows of tu that go
    for domain in ("tu", "tr", "rs"):
        path = metromajx_copy / "data" / f"{domain}.csv"
        header, *lines = path.read_text(encoding="utf-8").splitlines()
        names = header.split(",")
        cells = [line.split(",") for line in lines]
        evaluator = names.index(f"{domain.upper()}EVALID")
        if keep == "one reader":
            cells = [row for row in cells if row[evaluator] != "RADIOLOGIST 2"]
        else:
            dropped = {f"{domain.upper()}{mark}" for mark in ("EVAL", "EVALID", "ACPTFL")}
            cells = [row for row in cells if row[evaluator] == "RADIOLOGIST 1"]
            places = [i for i, name in enumerate(names) if name not in dropped]
            cells = [[row[i] for i in places] for row in cells]
            names = [names[i] for i in places]
        text = "\n".join(",".join(row) for row in (names, *cells))
        path.write_text(f"{text}\n", encoding="utf-8")
    results = tw.open_study(metromajx_copy).run()
    steps = {step.name: step for step in results.steps}
    assert (steps["agreement"].status, steps["agreement"].reason) == (
        "absent",
        "needs the readings of RADIOLOGIST 1 and RADIOLOGIST 2 told apart by TREVALID or RSEVALID",
    )
    assert steps["adrs"].status == steps["pfs"].status == "done"
