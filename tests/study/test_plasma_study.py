"""The plasma part of METROMAJX: what the paper finds, and bad exports refused by the study.

The values are SYNTHETIC, drawn from effects that give the paper's words: minimal alterations after
the first injection, ICOSLG and granzymes up at C2D1, CXCL10 among them.
"""

from pathlib import Path

import pytest

import trialwright as tw
from trialwright.core.errors import DataError
from trialwright.datasets.workbooks import write_rows
from trialwright.report.sentences.proteins import tell_protein_quality
from trialwright.study.session import Results, Study
from trialwright.study.show import show_result

Run = tuple[Study, Results]


def test_little_changes_at_c1d15_and_granzymes_icoslg_and_cxcl10_rise_at_c2d1(
    metromajx_run: Run,
) -> None:
    proteins = metromajx_run[1]["proteins"]
    assert [proteins.count(f"c1d15.{name}") for name in ("up", "down")] == [0, 0]
    found = set(proteins.found("C2D1", is_up=True)["PARAM"])
    assert {"GZMA", "GZMB", "GZMH", "ICOSLG", "CXCL10"} <= found
    assert proteins.count("patients") == 15
    assert proteins.count("samples") == 58
    assert proteins.count("proteins") == 92


def test_a_difference_leads_to_the_rows_of_the_workbooks(metromajx_run: Run) -> None:
    study, results = metromajx_run
    sources = show_result(study, "proteins.c2d1.gzmb.estimate", with_rows=True).sources
    assert sources is not None
    of_plasma = [row for row in sources if row["file"].startswith("plasma_")]
    assert {row["file"] for row in of_plasma} == {f"plasma_{i}.xlsx" for i in (1, 2, 3)}
    assert all(row["values"]["SampleID"].endswith(("_C1D1", "_C2D1")) for row in of_plasma)
    pairs = results["proteins"].count("c2d1.gzmb.n_pairs")
    assert 2 * pairs <= len(of_plasma) <= 29


def test_the_report_shows_the_proteins_and_says_they_are_synthetic(metromajx_run: Run) -> None:
    study, results = metromajx_run
    page = (study.path / "results" / "report.html").read_text(encoding="utf-8")
    assert "noise plus lead-in" in page
    for name in ("proteins", "protein_changes", "protein_courses", "protein_quality"):
        svg = (study.path / "results" / "figures" / f"{name}.svg").read_text(encoding="utf-8")
        assert "SYNTHETIC" in svg
    told = tell_protein_quality(results["protein_quality"])
    assert len(told) == 1


HEAD = [
    ["Study", "Olink NPX Manager 3.0"],
    ["NPX data"],
    ["Panel", "Olink X(v.1)", "Olink X", "Olink X"],
    ["Assay", "IL8", "Plate ID", "QC Warning"],
    ["Uniprot ID", "P10145"],
    ["OlinkID", "OID00001"],
    [None],
]


@pytest.mark.parametrize(
    ("kind", "samples", "told"),
    [
        ("Ct data", [["MJX-01_C1D1", 20.1, "P", "Pass"]], "row 2: 'Ct data', expected 'NPX data'"),
        ("NPX data", [["MJX-01_C1D1", "3,2", "P", "Pass"]], "row 8, IL8: '3,2', expected a number"),
        (
            "NPX data",
            [["MJX-01_C1D1", 3.2, "P", "Pass"], ["MJX-01_C1D1", 3.3, "P", "Pass"]],
            r"1 sample \(MJX-01_C1D1\) with two values of 1 assay \(OID00001\)",
        ),
        ("NPX data", [["MJX-01_C1D1", None, "P", "Pass"]], "no NPX value, expected one per sample"),
    ],
)
def test_a_bad_export_stops_the_study_with_one_sentence(
    metromajx_copy: Path, kind: str, samples: list[list[object]], told: str
) -> None:
    for number in (1, 2, 3):
        (metromajx_copy / "data" / f"plasma_{number}.xlsx").unlink()
    head = [HEAD[0], [kind], *HEAD[2:]]
    write_rows(metromajx_copy / "data" / "plasma.xlsx", [*head, *samples], "NPX Data")
    with pytest.raises(DataError, match=told) as refused:
        tw.open_study(metromajx_copy).run()
    blocking = [f for f in refused.value.findings if f.severity.value == "block"]
    assert len(blocking) == 1


@pytest.mark.slow
def test_gene_sets_beside_the_data_are_tested(metromajx_copy: Path) -> None:
    sets = {"CYTOTOXICITY": "GZMA GZMB GZMH FASLG CD8A", "ANGIOGENESIS": "VEGFA ANGPT1 ANGPT2 PGF"}
    lines = [f"{name}\tmade up\t" + "\t".join(genes.split()) for name, genes in sets.items()]
    (metromajx_copy / "data" / "sets.gmt").write_text("\n".join(lines) + "\n")
    results = tw.open_study(metromajx_copy).run()
    found = results["protein_sets"]
    assert found.count("c2d1.cytotoxicity.n_measured") == 5
    assert found.count("c2d1.cytotoxicity.n_found") == 4
    assert found.value("c2d1.cytotoxicity.p_value") < 0.01
    assert found.of_contrast("C2D1")["name"].to_list() == ["CYTOTOXICITY", "ANGIOGENESIS"]
