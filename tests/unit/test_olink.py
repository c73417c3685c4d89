import zipfile
from pathlib import Path

import polars as pl
import pytest

from trialwright.core.errors import DataError
from trialwright.datasets.olink import read_npx
from trialwright.datasets.olink_normalize import normalize_bridge, normalize_reference_median
from trialwright.datasets.olink_panel import build_matrix, drop_warned
from trialwright.datasets.olink_quality import (
    compare_plates,
    count_below_lod,
    count_warnings,
    find_astride,
    find_outliers,
    find_quality_findings,
    find_same_profiles,
    measure_quality,
)
from trialwright.datasets.olink_samples import match_samples, read_samples
from trialwright.datasets.olink_wide import read_wide

HEAD = "SampleID;OlinkID;UniProt;Assay;Panel;PlateID;QC_Warning;LOD;NPX"
ROWS = ("A1;OID1;P1;IL8;Olink X(v.1);P;Pass;1,5;3,25", "A2;OID1;P1;IL8;Olink X(v.1);P;Warning;;NA")


def write(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def long_frame(**columns: list[object]) -> pl.DataFrame:
    """A frame such as read_npx makes; columns left out are the same for all rows."""
    n = len(columns["SAMPLEID"])
    filled: dict[str, list[object]] = {
        "OLINKID": ["OID1"] * n,
        "ASSAY": columns.get("OLINKID", ["OID1"] * n),
        "UNIPROT": ["P1"] * n,
        "PANEL": ["X"] * n,
        "panel_version": ["v.1"] * n,
        "PLATEID": ["P"] * n,
        "QCWARN": ["Pass"] * n,
        "LOD": [0.0] * n,
    }
    return pl.DataFrame({**filled, **columns})


def wide_rows(kind: str = "NPX data", *samples: list[object]) -> list[list[object]]:
    return [
        ["Study", "Olink NPX Manager 3.0", "", "", ""],
        [kind, "", "", "", ""],
        ["Panel", "Olink ONCOLOGY II(v.7)", "Olink ONCOLOGY II(v.7)", "Olink ONCOLOGY II", ""],
        ["Assay", "IL12", "Inc Ctrl 1", "Plate ID", "QC Warning"],
        ["Uniprot ID", "P29460_P29459", "", "", ""],
        ["OlinkID", "OID1", "OID2", "", ""],
        ["", "", "", "", ""],
        *samples,
        ["", "", "", "", ""],
        ["LOD", 1.5, "", "", ""],
        ["Missing Data freq.", 0.25, "", "", ""],
        ["Normalization", "Intensity", "", "", ""],
    ]


def test_a_long_table_with_semicolons_has_decimal_commas(tmp_path):
    found = read_npx(write(tmp_path / "npx.csv", HEAD, *ROWS))
    assert found["NPX"].to_list() == [3.25, None]
    assert found["LOD"].to_list() == [1.5, None]
    assert found["PANEL"].to_list() == ["Olink X", "Olink X"]
    assert found["panel_version"].to_list() == ["v.1", "v.1"]


@pytest.mark.parametrize("separator", [",", "\t", "|"])
def test_any_separator_is_read(tmp_path, separator):
    lines = [line.replace(",", ".").replace(";", separator) for line in (HEAD, *ROWS)]
    assert read_npx(write(tmp_path / "npx.txt", *lines))["NPX"].to_list() == [3.25, None]


def test_a_decimal_comma_among_points_is_refused_by_its_row(tmp_path):
    path = write(tmp_path / "npx.csv", "SampleID,OlinkID,NPX", "A1,OID1,3.5", 'A2,OID1,"3,2"')
    with pytest.raises(DataError) as refused:
        read_npx(path)
    assert str(refused.value) == (
        "npx.csv row 3, NPX: '3,2', expected a number with a decimal point. Write 3.2, and look "
        "at the whole column. [NPX-DECIMAL]"
    )


def test_explore_parquet_is_read_without_its_controls(tmp_path):
    frame = pl.DataFrame(
        {
            "SampleID": ["A1", "A1", "NC", "A1"],
            "SampleType": ["SAMPLE", "SAMPLE", "NEGATIVE_CONTROL", "SAMPLE"],
            "OlinkID": ["OID1", "OID2", "OID1", "OID3"],
            "AssayType": ["assay", "assay", "assay", "inc_ctrl"],
            "UniProt": ["P29460;P29459", "P2", "P1", "NA"],
            "Assay": ["IL12", "B", "IL12", "Incubation control 1"],
            "Panel": ["Explore HT"] * 4,
            "SampleQC": ["PASS", "WARN", "PASS", "PASS"],
            "PCNormalizedNPX": [1.0, float("nan"), 2.0, 3.0],
        }
    )
    frame.write_parquet(tmp_path / "npx.parquet")
    found = read_npx(tmp_path / "npx.parquet")
    assert found["OLINKID"].to_list() == ["OID1", "OID2"]
    assert found["NPX"].to_list() == [1.0, None]
    assert found["UNIPROT"].to_list() == ["P29460,P29459", "P2"]
    assert found["QCWARN"].to_list() == ["PASS", "WARN"]


def test_a_zip_file_of_one_table_is_read(tmp_path):
    write(tmp_path / "npx.csv", HEAD, *ROWS)
    with zipfile.ZipFile(tmp_path / "npx.zip", "w") as archive:
        archive.write(tmp_path / "npx.csv", "npx.csv")
    assert read_npx(tmp_path / "npx.zip").equals(read_npx(tmp_path / "npx.csv"))


def test_a_wide_sheet_is_taken_apart():
    sample: list[object] = ["A1", 3.25, 9.0, "P1", "Pass"]
    found = read_wide(wide_rows("NPX data", sample, ["A2", "NA", 9.0, "P1", "Warning"]), "w.xlsx")
    assert found.select("SAMPLEID", "NPX", "LOD", "missing_freq").rows() == [
        ("A1", 3.25, 1.5, 0.25),
        ("A2", None, 1.5, 0.25),
    ]
    assert found.row(0, named=True) | {} == {
        "SAMPLEID": "A1",
        "sample_index": 1,
        "OLINKID": "OID1",
        "UNIPROT": "P29460,P29459",
        "ASSAY": "IL12",
        "PANEL": "Olink Oncology II",
        "panel_version": "v.7",
        "PLATEID": "P1",
        "QCWARN": "Pass",
        "assay_warning": None,
        "missing_freq": 0.25,
        "normalization": "Intensity",
        "LOD": 1.5,
        "NPX": 3.25,
        "source_row": 8,
    }


@pytest.mark.parametrize("kind", ["Ct data", "Quantified data"])
def test_a_sheet_of_other_values_is_refused(kind):
    with pytest.raises(DataError) as refused:
        read_wide(wide_rows(kind, ["A1", 3.25, 9.0, "P1", "Pass"]), "w.xlsx")
    assert str(refused.value) == (
        f"w.xlsx row 2: '{kind}', expected 'NPX data'. Export NPX values: differences of Ct or of "
        "concentrations are not differences of NPX. [NPX-KIND]"
    )


def test_a_sample_twice_is_refused():
    sample: list[object] = ["A1", 3.25, 9.0, "P1", "Pass"]
    with pytest.raises(DataError, match=r"1 sample \(A1\) with two values of 1 assay \(OID1\)"):
        read_wide(wide_rows("NPX data", sample, sample), "w.xlsx")


def test_a_decimal_comma_in_a_workbook_is_refused_by_its_row():
    with pytest.raises(DataError, match=r"w.xlsx row 8, IL12: '3,25', expected a number with a"):
        read_wide(wide_rows("NPX data", ["A1", "3,25", 9.0, "P1", "Pass"]), "w.xlsx")


def test_a_sheet_without_any_value_is_refused():
    with pytest.raises(DataError, match=r"w.xlsx: no NPX value, expected one per sample and assay"):
        read_wide(wide_rows("NPX data", ["A1", "", "", "P1", "Pass"]), "w.xlsx")


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.csv", "SampleID,OlinkID,Ct\nA,O,1\n", r"a.csv: values of Ct, expected values of NPX"),
        ("a.csv", "x,y\n1,2\n", r"a.csv: no column SampleID and OlinkID and NPX"),
        ("a.csv", "SampleID,OlinkID,NPX\n,O,1\n", r"a.csv: 1 row without SampleID or OlinkID"),
        ("a.xlsx", "no workbook", r"a.xlsx: no workbook \("),
        ("a.zip", "no zip", r"a.zip: no zip file"),
        ("a.parquet", "no parquet", r"a.parquet: no Parquet file"),
        ("a.pdf", "", r"a.pdf: a file of kind '.pdf', expected one of .xlsx"),
    ],
)
def test_what_is_no_export_is_refused_in_one_sentence(tmp_path, name, text, message):
    with pytest.raises(DataError, match=message):
        read_npx(write(tmp_path / name, text))


def test_a_missing_file_is_said_to_be_missing(tmp_path):
    with pytest.raises(DataError, match=r"^none.xlsx: no such file, expected an NPX export"):
        read_npx(tmp_path / "none.xlsx")


def test_samples_are_matched_and_orphans_listed(tmp_path):
    npx = long_frame(SAMPLEID=["A1", "A2", "IPC"], NPX=[1.0, 2.0, 3.0])
    listed = write(
        tmp_path / "samples.csv",
        "Sample,Patient,Timepoint",
        "A1,01,C1D1",
        "A1,01,C1D1",
        "A2,01,C2D1",
        "A9,02,C1D1",
    )
    matched = match_samples(npx, read_samples(listed), "npx.csv")
    assert matched.data.select("USUBJID", "VISIT", "NPX").rows() == [
        ("01", "C1D1", 1.0),
        ("01", "C2D1", 2.0),
    ]
    assert [finding.message for finding in matched.findings] == [
        "npx.csv: 1 sample (IPC) of nobody, expected a patient and a visit for each. Add them to "
        "the list of samples; control samples may stay out. [NPX-ORPHAN]",
        "npx.csv: no values of 1 sample (A9) of the list, expected every sample of the list. Add "
        "the export of their plate, or take them off the list. [NPX-ABSENT]",
    ]


def test_two_samples_of_a_patient_at_a_visit_are_refused():
    samples = pl.DataFrame({"SAMPLEID": ["A1", "A2"], "USUBJID": ["01"] * 2, "VISIT": ["C1D1"] * 2})
    with pytest.raises(DataError) as refused:
        match_samples(long_frame(SAMPLEID=["A1", "A2"], NPX=[1.0, 2.0]), samples, "npx.csv")
    assert str(refused.value) == (
        "npx.csv (USUBJID 01): samples A1 and A2 of C1D1, expected one sample of a patient at a "
        "visit. Leave one of them off the list of samples. [NPX-VISIT-TWICE]"
    )


def test_a_list_in_which_a_sample_has_two_patients_is_refused(tmp_path):
    path = write(tmp_path / "s.csv", "SampleID,Subject,Visit", "A1,01,C1D1", "A1,02,C1D1")
    with pytest.raises(DataError, match=r"1 sample \(A1\) with two patients or visits"):
        read_samples(path)


def matched_frame() -> pl.DataFrame:
    """Four patients, two visits, two assays; patient 04 astride plates, one sample warned."""
    keys = [(f"0{p}", visit) for p in range(1, 5) for visit in ("C1D1", "C2D1")]
    rows = [
        {"SAMPLEID": f"{p}_{visit}", "USUBJID": p, "VISIT": visit, "OLINKID": assay, "NPX": npx}
        for i, (p, visit) in enumerate(keys)
        for assay, npx in (("OID1", float(i)), ("OID2", float((i * 5) % 8)))
    ]
    data = pl.DataFrame(rows)
    frame = long_frame(**data.to_dict(as_series=False))
    plate = pl.when(pl.col("SAMPLEID") == "04_C2D1").then(pl.lit("Q")).otherwise(pl.lit("P"))
    warned = (
        pl.when(pl.col("SAMPLEID") == "04_C2D1").then(pl.lit("Warning")).otherwise(pl.lit("Pass"))
    )
    return frame.with_columns(PLATEID=plate, QCWARN=warned, LOD=pl.lit(2.5))


def test_quality_is_counted_by_visit_plate_and_patient():
    data = matched_frame()
    matrix = build_matrix(data)
    below = count_below_lod(data).filter(pl.col("OLINKID") == "OID1")
    assert below.select("VISIT", "n", "n_below", "rate_below").rows() == [
        ("C1D1", 4, 2, 0.5),
        ("C2D1", 4, 1, 0.25),
    ]
    assert count_warnings(data).select("PLATEID", "n_samples", "n_warned").rows() == [
        ("P", 7, 0),
        ("Q", 1, 1),
    ]
    assert find_astride(data) == ["04"]
    assert compare_plates(data, matrix)["n_plates"].to_list() == [2, 2]
    assert drop_warned(matrix).samples.height == 7
    rules = {f.rule for f in find_quality_findings(measure_quality(data, matrix), "npx.csv")}
    assert {"NPX-PLATE-WARNED", "NPX-ASTRIDE"} <= rules


def test_a_sample_far_from_the_others_is_an_outlier():
    names = [f"S{i:02d}" for i in range(20)]
    data = pl.DataFrame(
        [
            {
                "SAMPLEID": s,
                "OLINKID": f"OID{a}",
                "NPX": a + 0.1 * ((i * (a + 3)) % 7) + (9 if i == 4 else 0),
            }
            for i, s in enumerate(names)
            for a in range(5)
        ]
    )
    frame = long_frame(**data.to_dict(as_series=False)).with_columns(
        USUBJID=pl.col("SAMPLEID"), VISIT=pl.lit("C1D1")
    )
    found = find_outliers(build_matrix(frame))
    assert found.filter(pl.col("is_outlier"))["SAMPLEID"].to_list() == ["S04"]


def test_one_sample_under_two_names_is_found():
    levels = {"A": [1.0, 5.0, 2.0, 4.0], "B": [3.0, 1.0, 4.0, 2.0], "C": [1.0, 5.0, 2.0, 4.0]}
    data = [
        {"SAMPLEID": s, "OLINKID": f"OID{a}", "NPX": value}
        for s, values in levels.items()
        for a, value in enumerate(values)
    ]
    frame = long_frame(**pl.DataFrame(data).to_dict(as_series=False)).with_columns(
        USUBJID=pl.col("SAMPLEID"), VISIT=pl.lit("C1D1")
    )
    assert find_same_profiles(build_matrix(frame)) == [("A", "C")]


def test_bridging_takes_the_median_of_paired_differences():
    reference = long_frame(SAMPLEID=["A", "B", "C"], NPX=[1.0, 2.0, 3.0])
    other = long_frame(SAMPLEID=["A", "B", "C", "D"], NPX=[2.0, 3.5, 4.0, 7.0])
    found = normalize_bridge(reference, other, fewest=3)
    assert found.select("SAMPLEID", "NPX", "LOD", "n_bridges").rows() == [("D", 6.0, -1.0, 3)]
    with pytest.raises(DataError, match=r"1 assay \(OID1\) with fewer than 8 samples in both"):
        normalize_bridge(reference, other)


def test_reference_medians_are_met():
    data = long_frame(SAMPLEID=["A", "B", "C"], NPX=[1.0, 2.0, 6.0])
    medians = pl.DataFrame({"OLINKID": ["OID1"], "reference_median": [5.0]})
    assert normalize_reference_median(data, medians)["NPX"].to_list() == [4.0, 5.0, 9.0]
    with pytest.raises(DataError, match=r"none for 1 assay \(OID1\)"):
        normalize_reference_median(data, medians.clear())
