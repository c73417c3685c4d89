import argparse
import csv
import json

import pytest

from trialwright.cli.npx import MODELS, add_npx_commands
from trialwright.core.errors import DataError, EstimateError
from trialwright.stats.visit_contrasts import VisitModel

KEYS = {
    "Assay", "UniProt", "contrast", "estimate", "std_error", "df", "statistic", "p_value",
    "p_adjusted", "lower", "upper", "n_pairs",
}  # fmt: skip


def ask(*words: str) -> int:
    parser = argparse.ArgumentParser()
    add_npx_commands(parser.add_subparsers())
    arguments = parser.parse_args(["npx", *words])
    return int(arguments.run(arguments))


@pytest.fixture
def files(tmp_path):
    npx, samples = tmp_path / "npx.csv", tmp_path / "samples.csv"
    levels = {"OID1": (0.0, 1.0), "OID2": (2.0, 2.1)}
    rows = ["SampleID,OlinkID,UniProt,Assay,Panel,PlateID,QC_Warning,LOD,NPX"]
    listed = ["SampleID,Subject,Visit"]
    for number in range(1, 7):
        for at, visit in enumerate(("C1D1", "C2D1")):
            sample = f"{number:02d}_{visit}"
            listed.append(f"{sample},{number:02d},{visit}")
            warned = "Warning" if sample == "06_C2D1" else "Pass"
            rows += [
                f"{sample},{assay},P{assay[-1]},A{assay[-1]},X(v.1),P1,{warned},0.5,"
                f"{level[at] + 0.3 * number + 0.05 * ((number * (at + 2)) % 5):.3f}"
                for assay, level in levels.items()
            ]
    npx.write_text("\n".join(rows) + "\n")
    samples.write_text("\n".join(listed) + "\n")
    return str(npx), str(samples)


def test_the_models_of_the_command_are_those_of_the_science():
    assert tuple(model.value for model in VisitModel) == MODELS


@pytest.mark.parametrize("model", MODELS)
def test_json_is_alone_on_standard_output_and_has_the_promised_keys(files, capsys, model):
    npx, samples = files
    words = ("test", npx, "--samples", samples, "--contrast", "C2D1:C1D1", "--model", model)
    assert ask(*words, "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    rows = answer["rows"]
    assert answer["contrasts"][0]["smallest_signed_rank_p"] == 2 / 2**6
    assert [row["Assay"] for row in rows] == ["A1", "A2"]
    assert set(rows[0]) >= KEYS
    assert rows[0]["contrast"] == "C2D1:C1D1"
    assert rows[0]["n_pairs"] == 6
    assert rows[0]["estimate"] == pytest.approx(1.0, abs=0.2)
    assert rows[0]["lower"] < rows[0]["estimate"] < rows[0]["upper"]
    assert (rows[0]["std_error"] is None) == (model == "signed-rank")


def test_the_table_says_what_limits_it(files, capsys):
    npx, samples = files
    words = ("--samples", samples, "--contrast", "C2D1:C1D1", "--model", "signed-rank")
    assert ask("test", npx, *words) == 0
    printed = capsys.readouterr().out
    assert "NPX at C2D1 minus C1D1" in printed
    assert "Smallest P that a signed rank test of 6 pairs can give: 0.031." in printed
    assert "no single protein of 2 can reach an adjusted P of 0.05" in printed


def test_warned_samples_can_be_left_out_and_rows_written(files, capsys, tmp_path):
    npx, samples = files
    out = tmp_path / "rows.csv"
    words = ("--samples", samples, "--contrast", "C2D1:C1D1", "--without-warned")
    assert ask("test", npx, *words, "--out", str(out)) == 0
    with out.open() as file:
        rows = list(csv.DictReader(file))
    assert [row["n_pairs"] for row in rows] == ["5", "5"]
    assert capsys.readouterr().out


def test_quality_is_printed_and_given_as_json(files, capsys):
    npx, samples = files
    assert ask("quality", npx, "--samples", samples) == 0
    assert "Samples with a quality warning" in capsys.readouterr().out
    assert ask("quality", npx, "--samples", samples, "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert [row["n_warned"] for row in answer["warnings"]] == [1]
    assert {row["OLINKID"] for row in answer["below_lod"]} == {"OID1", "OID2"}


def test_a_contrast_that_is_none_is_refused(files):
    npx, samples = files
    with pytest.raises(EstimateError, match=r"^--contrast is 'C2D1', expected two visits"):
        ask("test", npx, "--samples", samples, "--contrast", "C2D1")


def test_two_exports_with_the_same_sample_are_refused(files):
    npx, samples = files
    with pytest.raises(DataError, match=r"12 samples \(01_C1D1, 01_C2D1, 02_C1D1, ...\) with two"):
        ask("test", npx, npx, "--samples", samples, "--contrast", "C2D1:C1D1")
