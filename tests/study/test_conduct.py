"""METROMAJX's conduct: what is planted is found after the derivations; a packet knows one day.

Numbers of the example come from its reconstruction and README: eligibility of 25 screened, 50
cycles, at most four injections, three fevers of grade 3.
"""

import csv
import json
import re
from pathlib import Path

import pytest

import trialwright as tw
from trialwright.cli.main import main
from trialwright.study.session import Results, Study

Run = tuple[Study, Results]
Rows = list[dict[str, str]]


def read(path: Path) -> Rows:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def write(path: Path, rows: Rows) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def test_the_example_screens_25_enrolls_15_and_finds_lymphoid_structures_in_5(
    metromajx_run: Run,
) -> None:
    screening = metromajx_run[1]["screening"]
    assert (screening.count("screened.n"), screening.count("enrolled.n")) == (25, 15)
    assert screening.count("screened.incl08.not_met") == 5
    assert screening.count("enrolled.incl08.met") == 15
    assert screening.count("screened.incl05.by_site") == 1
    assert not [
        stat
        for stat, n in screening.data.select("stat_id", "stat").iter_rows()
        if stat.startswith("enrolled.") and stat.endswith(".not_met") and n
    ]


def test_the_example_has_50_cycles_and_nobody_more_than_four_injections(
    metromajx_run: Run,
) -> None:
    exposure, dosing = metromajx_run[1]["exposure"], metromajx_run[1]["dosing"]
    assert exposure.count("ncyc_total") == 50
    assert exposure.count("jx_594.nadmin_max") == 4
    assert [dosing.count(f"{agent}.missed") for agent in ("jx_594", "avelumab")] == [3, 6]
    assert dosing.count("avelumab.delayed") == 5
    assert dosing.count("avelumab.reduced") == 2


def test_the_example_reports_three_fevers_of_grade_3_by_name(metromajx_run: Run) -> None:
    interest = metromajx_run[1]["ae_interest"]
    assert interest.count("interest.terms_named_by_the_protocol.fever.severe") == 3
    listed = metromajx_run[1]["ae_serious"].events
    assert listed["AEDECOD"].to_list().count("Fever") == 3


def test_the_example_keeps_its_schedule_but_for_two_scans(metromajx_run: Run) -> None:
    schedule = metromajx_run[1]["schedule"]
    assert schedule.count("visit.total.on_time") == schedule.count("visit.total.n") == 73
    assert (schedule.count("scan.total.early"), schedule.count("scan.total.late")) == (2, 0)


def test_what_is_planted_in_the_conduct_is_found(metromajx_copy: Path) -> None:
    data = metromajx_copy / "data"
    status = read(data / "qs.csv")
    at = next(n for n, row in enumerate(status) if row["USUBJID"] == "MJX-02")
    status[at] |= {"QSSTRESN": "2", "QSSTRESC": "2", "QSORRES": "2"}
    write(data / "qs.csv", status)
    criteria = read(data / "ie.csv")
    wrong = next(row for row in criteria if row["IETESTCD"] == "INCL05")
    criteria.append(wrong | {"USUBJID": "MJX-S10", "IESEQ": "1"})
    write(data / "ie.csv", criteria)
    visits = [
        row
        for row in read(data / "sv.csv")
        if (row["USUBJID"], row["VISIT"]) != ("MJX-04", "C1D15")
    ]
    write(data / "sv.csv", visits)
    doses = read(data / "ex.csv")
    injections = [r for r in doses if (r["USUBJID"], r["EXTRT"]) == ("MJX-09", "JX-594")]
    last = max(int(row["EXSEQ"]) for row in doses if row["USUBJID"] == "MJX-09")
    fifth = {"EXSEQ": str(last + 1), "EXSTDTC": "2021-08-30", "EXENDTC": "2021-08-30"}
    write(data / "ex.csv", [*doses, injections[0] | fifth])
    found = tw.open_study(metromajx_copy).check()
    told = {(item.rule, item.subject) for item in found}
    assert told >= {
        ("ELIGIBILITY-DATA", "MJX-02"),
        ("ELIGIBILITY-RECORD", "MJX-S10"),
        ("SCHEDULE-MISSED", "MJX-04"),
        ("DOSE-CAP", "MJX-09"),
    }
    message = next(item.message for item in found if item.rule == "ELIGIBILITY-DATA")
    assert message.startswith(f"qs.csv row {at + 2}, QSSTRESN (USUBJID MJX-02, INCL05): ")


def test_a_therapy_in_small_letters_is_a_therapy_for_the_rules_too(metromajx_copy: Path) -> None:
    path = metromajx_copy / "data" / "cm.csv"
    rows = read(path)
    later = [row for row in rows if row["CMCAT"] == "SUBSEQUENT ANTICANCER THERAPY"]
    later[0] |= {"CMCAT": "Subsequent anticancer therapy", "CMSTDTC": ""}
    write(path, rows)
    found = tw.open_study(metromajx_copy).check()
    assert ("THERAPY-DATE", later[0]["USUBJID"]) in {(f.rule, f.subject) for f in found}


def test_with_an_early_cut_late_dates_are_one_line_a_column(metromajx_copy: Path) -> None:
    protocol = metromajx_copy / "protocol.yaml"
    text = protocol.read_text(encoding="utf-8").replace("2022-02-28", "2021-06-30", 1)
    protocol.write_text(text, encoding="utf-8")
    found = [f for f in tw.open_study(metromajx_copy).check() if f.rule == "DATE-AFTER-CUT"]
    places = [(finding.file, finding.column) for finding in found]
    assert len(places) == len(set(places)) > 5
    assert any(re.search(r"\d+ dates, the latest 20\d\d-\d\d-\d\d in row", f.found) for f in found)


def test_the_packet_of_a_day_says_nothing_that_came_later(
    metromajx_run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "packet.html"
    study = str(metromajx_run[0].path)
    code = main(["safety", study, "--as-of", "2021-06-30", "--out", str(out), "--json"])
    told = json.loads(capsys.readouterr().out)
    page = out.read_text(encoding="utf-8")
    assert code == 0
    assert (told["enrolled"], told["died"], told["boundaries_crossed"]) == (10, 1, [])
    days = re.findall(r"20\d\d-\d\d-\d\d", page)
    assert max(days) == "2021-06-30"
    assert "after the data cut" in page
    for title in ("Exposure", "Adverse events", "Deaths", "Laboratory", "Stopping boundaries"):
        assert f">{title}<" in page


def test_a_packet_is_refused_where_it_cannot_be_written(
    metromajx_run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    study = str(metromajx_run[0].path)
    assert main(["safety", study, "--out", str(tmp_path / "packet.doc")]) == 2
    assert main(["safety", study, "--as-of", "2021-02-30", "--out", str(tmp_path / "p.html")]) == 2
    assert "expected a date that exists" in capsys.readouterr().err
