"""Proteins between visits, their displays, their quality and what they go with."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from scipy.stats import hypergeom

from trialwright.analyze.proteins.changes import analyze_protein_changes, analyze_protein_courses
from trialwright.analyze.proteins.contrasts import analyze_proteins
from trialwright.analyze.proteins.outcome import analyze_protein_outcome
from trialwright.analyze.proteins.sets import analyze_protein_sets
from trialwright.core.errors import NotRecordedError
from trialwright.core.table import text_plain
from trialwright.datasets.analysis_biomarkers import ADBM, NPX_CATEGORY
from trialwright.datasets.gene_sets import find_gmt_findings, name_genes, read_gmt_table
from trialwright.derive.biomarkers import add_change
from trialwright.protocol.biomarkers import PlasmaPanel
from trialwright.protocol.endpoints import AnalysisRead
from trialwright.report.sentences.proteins import tell_protein_outcome, tell_proteins
from trialwright.stats.visit_contrasts import compare_visits

VISITS = ("D-7", "C1D1", "C2D1")
PANEL = PlasmaPanel(
    id="npx", panel="Target 96 X", visits=VISITS, reference="C1D1", contrasts=("D-7", "C2D1")
)
START = date(2021, 1, 1)


def make_adbm(n_subjects: int = 14, n_proteins: int = 20, n_up: int = 2) -> pl.DataFrame:
    """Proteins of which the first few rise by 2 at C2D1; one of 00 is warned."""
    rng = np.random.default_rng(5)
    rows = []
    for person in range(n_subjects):
        level = rng.normal(5, 1, n_proteins)
        for visit_number, visit in enumerate(VISITS):
            noise = rng.normal(0, 0.3, n_proteins)
            for place in range(n_proteins):
                effect = 2.0 if place < n_up and visit == "C2D1" else 0.0
                rows.append(
                    {
                        "USUBJID": f"{person:02d}",
                        "ASEQ": len(rows) + 1,
                        "PARCAT1": NPX_CATEGORY,
                        "PARCAT2": "Olink X",
                        "PARAMCD": f"OID{place:05d}",
                        "PARAM": f"IL{place}",
                        "AVISIT": visit,
                        "AVISITN": float(visit_number),
                        "ADT": START + timedelta(days=28 * visit_number),
                        "AVAL": level[place] + effect + noise[place],
                        "QCFL": "N" if (person, visit) == (0, "C2D1") else "Y",
                    }
                )
    schema = ADBM.polars_schema()
    return add_change(pl.DataFrame(rows, schema=schema), "C1D1").select(ADBM.names)


def make_adsl(n_subjects: int = 14, treated: str = "Y") -> pl.DataFrame:
    names = [f"{i:02d}" for i in range(n_subjects)]
    return pl.DataFrame({"USUBJID": names, "SAFFL": [treated] * n_subjects})


def make_adtte(n_subjects: int = 14) -> pl.DataFrame:
    rows = [
        (f"{i:02d}", "CENTRAL", "PFS", START, START + timedelta(days=60 + 20 * i), i % 3 == 0, 1)
        for i in range(n_subjects)
    ]
    names = ["USUBJID", "PARQUAL", "PARAMCD", "STARTDT", "ADT", "CNSR", "ASEQ"]
    return pl.DataFrame(rows, schema=names, orient="row").with_columns(
        pl.col("CNSR").cast(pl.Int64)
    )


def test_the_contrasts_are_those_of_the_model_on_the_same_samples():
    adbm = make_adbm()
    result = analyze_proteins(adbm, make_adsl(), PANEL)
    wide = adbm.pivot(["USUBJID", "AVISIT"], index="PARAMCD", values="AVAL").sort("PARAMCD")
    keys = adbm.select("USUBJID", "AVISIT").unique(maintain_order=True)
    people, visits = keys["USUBJID"].to_list(), keys["AVISIT"].to_list()
    values = wide.drop("PARAMCD").to_numpy()
    expected = compare_visits(values, people, visits, [("C2D1", "C1D1")])[0]
    for place in range(20):
        key = f"c2d1.il{place}"
        assert result.value(f"{key}.estimate") == pytest.approx(expected.contrast.estimate[place])
        assert result.value(f"{key}.p_adjusted") == pytest.approx(expected.p_adjusted[place])
    assert (result.count("c2d1.up"), result.count("d_7.up")) == (2, 0)
    assert result.count("c2d1.pairs_max") == 14
    assert result.value("c2d1.smallest_p") == 2 / 2**14
    behind = result.basis.filter(pl.col("stat_id") == "c2d1.il3.estimate")
    assert behind.height == 28


def test_the_sentences_name_what_rose_and_label_the_lead_in():
    result = analyze_proteins(make_adbm(), make_adsl(), PANEL)
    told = [text_plain(text) for text in tell_proteins(result)]
    assert told[0] == ("20 proteins were measured in 42 plasma samples of 14 treated patients.")
    assert told[1] == (
        "D-7 against C1D1 (14 pairs): noise plus lead-in, since treatment may lie between the two; "
        "no protein changed with an adjusted P below 0.05."
    )
    assert told[2].startswith("C2D1 against C1D1 (14 pairs): 2 were higher: IL")
    assert "and the model without 1 warned sample finds 2." in told[3]
    table = result.table()
    assert [row.cells[0].text for row in table.rows if row.is_heading] == [
        "D-7 minus C1D1 (20 proteins)", "C2D1 minus C1D1 (20 proteins)",
    ]  # fmt: skip
    assert "noise plus lead-in, not noise alone" in " ".join(table.footnotes)


def test_too_few_pairs_for_rank_tests_are_said():
    result = analyze_proteins(make_adbm(8), make_adsl(8), PANEL)
    told = " ".join(text_plain(text) for text in tell_proteins(result))
    assert "signed rank tests find 0 (with fewer than 10 pairs they can find none" in told


def test_one_patient_no_treated_patient_or_no_visit_give_a_sentence_and_no_number():
    with pytest.raises(NotRecordedError, match="proteins of 2 or more treated patients"):
        analyze_proteins(make_adbm(1), make_adsl(1), PANEL)
    with pytest.raises(NotRecordedError, match="treated patients"):
        analyze_proteins(make_adbm(3), make_adsl(3, "N"), PANEL)
    with pytest.raises(NotRecordedError, match="C1D1"):
        analyze_proteins(make_adbm(3).filter(pl.col("AVISIT") == "C2D1"), make_adsl(3), PANEL)


def test_a_protein_without_values_has_no_numbers_and_the_others_stand():
    adbm = make_adbm().with_columns(
        AVAL=pl.when(pl.col("PARAM") == "IL7").then(None).otherwise("AVAL")
    )
    result = analyze_proteins(adbm, make_adsl(), PANEL)
    assert result.value("c2d1.il7.estimate") is None
    assert result.count("c2d1.il7.n_pairs") == 0
    assert {"IL0", "IL1"} <= set(result.found("C2D1", is_up=True)["PARAM"])


def test_the_heatmap_holds_changes_of_the_other_visits_and_its_trees_their_order():
    adrs = pl.DataFrame(
        {"USUBJID": ["00"], "PARQUAL": ["CENTRAL"], "PARAMCD": ["BOR"], "AVALC": ["PD"]}
    )
    found = analyze_protein_changes(make_adbm(), make_adsl(), adrs, PANEL, AnalysisRead.ADJUDICATED)
    assert found.cells.height == 20 * 28
    assert set(found.annotations["visit"]) == {"D-7", "C2D1"}
    assert found.annotations.filter(pl.col("patient") == "00")["response"].to_list() == ["PD", "PD"]
    order, merges, leaves = found.row_tree
    assert sorted(order) == sorted(leaves)
    assert len(merges) == 19
    last = {order[0], order[1]} | {order[-1], order[-2]}
    assert {"IL0", "IL1"} <= last  # the two that rise stand apart, together


def test_the_leading_proteins_are_followed_with_their_medians():
    adbm, adsl = make_adbm(), make_adsl()
    proteins = analyze_proteins(adbm, adsl, PANEL)
    courses = analyze_protein_courses(adbm, adsl, proteins, PANEL)
    labels = courses.values["label"].unique(maintain_order=True).to_list()
    assert set(labels[:2]) == {"IL0", "IL1"}
    mine = adbm.filter(pl.col("PARAM") == "IL0", pl.col("AVISIT") == "C2D1")["AVAL"]
    assert courses.value("il0.c2d1.median") == pytest.approx(mine.median())
    assert courses.count("il0.c2d1.n") == 14


def test_outcome_counts_from_the_landmark_and_leaves_out_who_progressed_before():
    adbm, adsl, adtte = make_adbm(), make_adsl(), make_adtte()
    early = adtte.with_columns(
        ADT=pl.when(pl.col("USUBJID") == "00").then(START + timedelta(days=20)).otherwise("ADT")
    )
    settings = ("C2D1", AnalysisRead.ADJUDICATED)
    found = analyze_protein_outcome(adbm, adsl, early, None, PANEL, settings)
    assert [name for name, _ in found.analyses] == ["hazard_base", "hazard_change"]
    n = {name: found.of_analysis(name)["n"].max() for name, _ in found.analyses}
    assert n == {"hazard_base": 14, "hazard_change": 13}
    told = [text_plain(text) for text in tell_protein_outcome(found)]
    assert told[0].startswith("Level at C1D1, progression from the start: smallest for IL")
    assert "predict nothing" in " ".join(found.table().footnotes)


def test_without_events_there_is_no_outcome():
    censored = make_adtte().with_columns(CNSR=pl.lit(1, pl.Int64))
    with pytest.raises(NotRecordedError, match="at least two progressions"):
        analyze_protein_outcome(
            make_adbm(), make_adsl(), censored, None, PANEL, ("C2D1", AnalysisRead.ADJUDICATED)
        )


def test_gene_sets_are_tested_over_the_panel_and_by_rank():
    adbm, adsl = make_adbm(n_up=3), make_adsl()
    proteins = analyze_proteins(adbm, adsl, PANEL)
    sets = {"UP": ["IL0", "IL1", "IL2"], "REST": ["IL10", "IL11", "IL12", "IL13"], "FEW": ["IL5"]}
    table = pl.DataFrame(
        [(name, gene) for name, genes in sets.items() for gene in genes],
        schema=["set", "gene"], orient="row",
    )  # fmt: skip
    found = analyze_protein_sets(adbm, adsl, proteins, table, PANEL)
    assert found.n_small == 1
    assert [visit for visit, _ in found.contrasts] == ["C2D1"]
    assert found.of_contrast("C2D1")["name"].to_list() == ["UP", "REST"]
    n_found = proteins.found("C2D1", is_up=True).height + proteins.found("C2D1", is_up=False).height
    expected = hypergeom.sf(2, 20, 3, n_found)
    assert found.value("c2d1.up.p_value") == pytest.approx(expected)
    assert (found.count("c2d1.up.n_found"), found.count("c2d1.up.n_measured")) == (3, 3)
    assert found.value("c2d1.up.score") > 1.2
    with pytest.raises(NotRecordedError, match="a gene set with 3 proteins"):
        analyze_protein_sets(adbm, adsl, proteins, table.filter(pl.col("set") == "FEW"), PANEL)


def test_genes_are_named_by_accession_and_else_by_the_assay(tmp_path):
    assays = pl.DataFrame(
        {"PARAMCD": ["A", "B", "C"], "PARAM": ["IFN-gamma", "IL12", "Xyz"],
         "UNIPROT": ["P01579", "P29460,P29459", None]}
    )  # fmt: skip
    assert name_genes(assays) == {"A": "IFNG", "B": "IL12B", "C": "XYZ"}
    path = tmp_path / "sets.gmt"
    path.write_text("UP\tfirst\tIFNG\tCXCL10\nUP\tagain\tGZMA\n")
    assert [item.rule for item in find_gmt_findings(path)] == ["GMT-TWICE"]
    path.write_text("UP\tfirst\tIFNG\tCXCL10\n")
    assert read_gmt_table(path).rows() == [("UP", "CXCL10", 1), ("UP", "IFNG", 1)]
