"""The exports of a study: found, read as a spreadsheet shows them, matched, checked."""

from pathlib import Path

import polars as pl
import pytest

from trialwright.core.errors import DataError, Severity
from trialwright.datasets.plasma import (
    find_exports,
    find_plasma_findings,
    find_sample_list,
    read_exports,
    read_plasma,
    read_sheet,
)
from trialwright.datasets.workbooks import write_rows
from trialwright.derive.biomarkers import BiomarkerVisits, derive_adbm

HEAD = "SampleID,OlinkID,Assay,UniProt,Panel,PlateID,QC_Warning,LOD,NPX"
DM = pl.DataFrame({"USUBJID": ["01", "02"]})
VISITS = BiomarkerVisits(("D-7", "C1D1", "C2D1"), "C1D1")


def write_long(path: Path, values: dict[str, object], assay: str = "OID00001") -> Path:
    lines = [f"{name},{assay},IL8,P1,X(v.1),P1,Pass,0.5,{npx}" for name, npx in values.items()]
    path.write_text("\n".join([HEAD, *lines]) + "\n", encoding="utf-8")
    return path


def write_wide(path: Path, kind: str, samples: list[list[object]]) -> Path:
    head = [
        ["Study", "Olink NPX Manager 3.0"],
        [kind],
        ["Panel", "Olink X(v.1)", "Olink X(v.1)", "Olink X", "Olink X"],
        ["Assay", "IL8", "IL6", "Plate ID", "QC Warning"],
        ["Uniprot ID", "P10145", "P05231"],
        ["OlinkID", "OID00001", "OID00002"],
        [None],
    ]
    write_rows(path, [*head, *samples, [None], ["LOD", 0.5, 0.7]], "NPX Data")
    return path


def test_exports_are_files_named_plasma_and_the_list_of_samples_is_none(tmp_path: Path) -> None:
    for name in ("plasma_2.xlsx", "Plasma.CSV", "plasma_samples.csv", "dm.csv", "plasma.docx"):
        (tmp_path / name).touch()
    assert {k: p.name for k, p in find_exports(tmp_path).items()} == {
        "plasma": "Plasma.CSV",
        "plasma_2": "plasma_2.xlsx",
    }
    assert list(find_sample_list(tmp_path)) == ["plasma_samples"]


def test_a_number_leads_to_the_row_of_the_workbook(tmp_path: Path) -> None:
    samples = [["01_C1D1", 3.5, None, "P1", "Pass"], ["01_C2D1", 4.5, 1.0, "P1", "Warning"]]
    path = write_wide(tmp_path / "plasma.xlsx", "NPX data", samples)
    plasma = read_plasma({"dm": DM}, {"plasma": path})
    sheet = read_sheet(path)
    found = plasma.filter(pl.col("ASSAY") == "IL8", pl.col("VISIT") == "C2D1")
    assert found.select("USUBJID", "NPX", "source_domain", "source_row").row(0) == (
        "01",
        4.5,
        "plasma",
        9,
    )
    row = sheet.filter(pl.col("source_row") == 9).row(0, named=True)
    assert (row["SampleID"], row["IL8"], row["QC Warning"]) == ("01_C2D1", "4.5", "Warning")
    adbm = derive_adbm({"plasma": plasma, "dm": DM}, VISITS)
    assert adbm.select("PARAM", "AVISIT", "AVAL", "BASE", "CHG", "ABLFL", "QCFL").rows() == [
        ("IL8", "C1D1", 3.5, 3.5, 0.0, "Y", "Y"),
        ("IL8", "C2D1", 4.5, 3.5, 1.0, None, "N"),
        ("IL6", "C1D1", None, None, None, None, "Y"),
        ("IL6", "C2D1", 1.0, None, None, None, "N"),
    ]


def test_a_specimen_of_be_says_whose_a_sample_is_and_who_was_not_measured(tmp_path: Path) -> None:
    be = pl.DataFrame(
        {
            "USUBJID": ["01", "01", "02"],
            "BEREFID": ["S1", "S2", "S3"],
            "VISIT": ["C1D1", "C2D1", "C1D1"],
            "BECAT": ["PLASMA", "PLASMA", "TISSUE"],
        }
    )
    paths = {"plasma": write_long(tmp_path / "plasma.csv", {"S1": 1.0, "S9": 2.0, "NEG 1": 0.1})}
    plasma = read_plasma({"be": be, "dm": DM}, paths)
    assert plasma.select("USUBJID", "VISIT", "SAMPLEID").rows() == [("01", "C1D1", "S1")]
    told = [item.message for item in find_plasma_findings({"be": be, "dm": DM}, paths)]
    assert told == [
        "plasma.csv: 1 sample (S9) of nobody, expected a patient and a visit for each. Add them to "
        "the list of samples; control samples may stay out. [NPX-ORPHAN]",
        "plasma.csv: no values of 1 sample (S2) of the list, expected every sample of the list. "
        "Add the export of their plate, or take them off the list. [NPX-ABSENT]",
    ]


def test_a_sample_after_the_data_cut_does_not_come_in_by_its_name(tmp_path: Path) -> None:
    paths = {"plasma": write_long(tmp_path / "plasma.csv", {"01_C1D1": 1.0, "01_C2D1": 2.0})}
    until_cut = pl.DataFrame({"USUBJID": ["01"], "VISIT": ["C1D1"]})
    plasma = read_plasma({"dm": DM, "sv": until_cut}, paths)
    assert plasma["SAMPLEID"].to_list() == ["01_C1D1"]
    rules = [item.rule for item in find_plasma_findings({"dm": DM, "sv": until_cut}, paths)]
    assert rules == ["NPX-ORPHAN"]


def test_a_list_of_samples_decides_alone(tmp_path: Path) -> None:
    (tmp_path / "plasma_samples.csv").write_text("SampleID;Patient;Visit\nS1;02;C1D1\n")
    export = write_long(tmp_path / "plasma.csv", {"S1": 1.0, "01_C1D1": 2.0})
    paths = {"plasma": export, "plasma_samples": tmp_path / "plasma_samples.csv"}
    plasma = read_plasma({"dm": DM}, paths)
    assert plasma.select("USUBJID", "VISIT").rows() == [("02", "C1D1")]


def test_a_sample_of_no_subject_and_one_of_another_visit_are_findings(tmp_path: Path) -> None:
    lines = ["S1,01,C1D1", "S2,09,C1D1", "S3,02,C9D1"]
    (tmp_path / "plasma_samples.csv").write_text("\n".join(["SampleID,Subject,Visit", *lines]))
    export = write_long(tmp_path / "plasma.csv", {"S1": 1.0, "S2": 2.0, "S3": 1.5})
    paths = {"plasma": export, "plasma_samples": tmp_path / "plasma_samples.csv"}
    found = find_plasma_findings({"dm": DM}, paths, ["C1D1", "C2D1"])
    assert {(item.rule, item.found) for item in found} >= {
        ("PLASMA-ORPHAN", "1 sample (S2) of no subject of DM"),
        ("NPX-VISIT", "1 sample (S3) of other visits"),
    }
    assert read_plasma({"dm": DM}, paths)["USUBJID"].to_list() == ["01", "02"]


@pytest.mark.parametrize(
    ("samples", "kind", "rule"),
    [
        ([["01_C1D1", 3.5, 1.0, "P1", "Pass"]], "Ct data", "NPX-KIND"),
        ([["01_C1D1", "3,5", 1.0, "P1", "Pass"]], "NPX data", "NPX-DECIMAL"),
        ([["01_C1D1", 3.5, 1.0], ["01_C1D1", 3.6, 1.0]], "NPX data", "NPX-TWICE"),
        ([["01_C1D1", None, None, "P1", "Pass"]], "NPX data", "NPX-EMPTY"),
    ],
)
def test_what_would_give_a_wrong_number_blocks_with_one_sentence(
    tmp_path: Path, samples: list[list[object]], kind: str, rule: str
) -> None:
    path = write_wide(tmp_path / "plasma.xlsx", kind, samples)
    found = find_plasma_findings({"dm": DM}, {"plasma": path})
    assert [(item.rule, item.severity) for item in found] == [(rule, Severity.BLOCK)]
    with pytest.raises(DataError):
        read_plasma({"dm": DM}, {"plasma": path})


def test_a_sample_on_two_exports_of_one_panel_is_refused(tmp_path: Path) -> None:
    paths = {
        name: write_long(tmp_path / f"{name}.csv", {"01_C1D1": 1.0}) for name in ("plasma", "other")
    }
    with pytest.raises(DataError, match=r"^plasma.csv, other.csv: 1 sample \(01_C1D1\) with two"):
        read_exports(paths)


def test_an_assay_on_two_panels_keeps_its_two_names(tmp_path: Path) -> None:
    paths = {
        "plasma": write_long(tmp_path / "plasma.csv", {"01_C1D1": 1.0}),
        "plasma_2": write_long(tmp_path / "plasma_2.csv", {"01_C1D1": 2.0}, "OID00002"),
    }
    adbm = derive_adbm({"plasma": read_plasma({"dm": DM}, paths)}, VISITS)
    assert adbm["PARAM"].to_list() == ["IL8 (OID00001)", "IL8 (OID00002)"]
    rules = {item.rule for item in find_plasma_findings({"dm": DM}, paths)}
    assert "NPX-ASSAY-TWICE" in rules
