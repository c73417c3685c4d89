"""`trialwright npx heatmap` and the figures of `npx test` and `quality`, as a user calls them."""

import argparse
import json
import re
from pathlib import Path

import polars as pl
import pytest

from trialwright.cli.npx import DISTANCES, LINKAGES, SCALES, add_npx_commands
from trialwright.core.errors import DataError, EstimateError
from trialwright.datasets.workbooks import write_rows
from trialwright.stats.clustering import Linkage, Scaling
from trialwright.stats.distances import Distance

EXAMPLE = Path(__file__).parents[2] / "examples" / "metromajx" / "data"
EXPORTS = [str(EXAMPLE / f"plasma_{number}.xlsx") for number in (1, 2, 3)]


def ask(*words: str) -> int:
    parser = argparse.ArgumentParser()
    add_npx_commands(parser.add_subparsers())
    arguments = parser.parse_args(["npx", *words])
    return int(arguments.run(arguments))


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("samples") / "samples.csv"
    specimens = pl.read_csv(EXAMPLE / "be.csv").filter(pl.col("BECAT") == "PLASMA")
    specimens.select(
        SampleID="BEREFID", Subject="USUBJID", Visit="VISIT", Response=pl.lit("SD")
    ).write_csv(path)
    return str(path)


def test_the_choices_of_the_command_are_those_of_the_science() -> None:
    assert tuple(item.value for item in Scaling) == SCALES
    assert {item.value for item in Distance} == set(DISTANCES)
    assert {item.value for item in Linkage} == set(LINKAGES)


def test_a_heatmap_of_changes_is_drawn_in_the_order_of_its_trees(
    samples: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "new" / "changes.svg"
    words = ("--samples", samples, "--out", str(out), "--clusters", "3", "--json")
    assert ask("heatmap", *EXPORTS, *words) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["files"] == [str(out), str(out.with_suffix(".png"))]
    assert answer["shown"] == "Change of NPX (log2) from C1D1"
    assert len(answer["proteins"]) == 92
    assert len(answer["samples"]) == 43
    assert not any(name.endswith("_C1D1") for name in answer["samples"])
    assert len(answer["protein_tree"]["merge"]) == 91
    assert sorted(set(answer["sample_tree"]["clusters"].values())) == [1, 2, 3]
    svg = out.read_text(encoding="utf-8")
    drawn = [name for name in re.findall(r">([^<>]+)</text>", svg) if name in answer["proteins"]]
    assert drawn == answer["proteins"]
    assert "response" in svg


def test_without_a_list_of_samples_the_values_are_drawn_scaled_by_protein(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ask("heatmap", EXPORTS[0], "--out", str(tmp_path / "levels")) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("NPX (log2), scaled by row: 92 measurements by 20 samples")
    assert (tmp_path / "levels.png").exists()


def test_a_heatmap_without_anything_to_compare_is_refused(samples: str, tmp_path: Path) -> None:
    out = ("--out", str(tmp_path / "x.svg"))
    with pytest.raises(
        EstimateError, match=r"^no sample is of C9, expected the visit that changes"
    ):
        ask("heatmap", *EXPORTS, "--samples", samples, "--reference", "C9", *out)
    head = [["S", "Olink"], ["NPX data"], ["Panel", "X(v.1)"], ["Assay", "IL8"]]
    tail = [["Uniprot ID", "P1"], ["OlinkID", "OID00001"], [None]]
    one = tmp_path / "one.xlsx"
    write_rows(one, [*head, *tail, ["A", 1.5], ["B", 2.5]], "NPX Data")
    with pytest.raises(EstimateError, match=r"^1 proteins in 2 samples have values, expected two"):
        ask("heatmap", str(one), *out)
    write_rows(one, [head[0], ["Ct data"], *head[2:], *tail, ["A", 20.5]], "NPX Data")
    with pytest.raises(DataError, match="'Ct data', expected 'NPX data'"):
        ask("heatmap", str(one), *out)
    write_rows(one, [*head, *tail, ["A", 1.5], ["A", 1.6]], "NPX Data")
    with pytest.raises(DataError, match=r"1 sample \(A\) with two values"):
        ask("heatmap", str(one), *out)


def test_contrasts_and_quality_are_drawn_beside_their_tables(
    samples: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    volcano, quality = tmp_path / "volcano.svg", tmp_path / "quality.png"
    contrasts = ("--contrast", "C2D1:C1D1", "C1D15:C1D1")
    assert ask("test", *EXPORTS, "--samples", samples, *contrasts, "--figure", str(volcano)) == 0
    assert ask("quality", *EXPORTS, "--samples", samples, "--figure", str(quality)) == 0
    assert "NPX at C2D1 minus C1D1" in capsys.readouterr().out
    assert "C1D15 minus C1D1" in volcano.read_text(encoding="utf-8")
    assert quality.exists()
    assert quality.with_suffix(".svg").exists()


def test_two_panels_with_one_assay_keep_them_apart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    listed = ["SampleID,Subject,Visit"]
    paths = []
    for number in (1, 2):
        head = [["S", "Olink"], ["NPX data"], ["Panel", "Olink X(v.1)"], ["Assay", "IL8"]]
        rows = [*head, ["Uniprot ID", "P1"], ["OlinkID", f"OID0000{number}"], [None]]
        for person in range(4):
            for place, visit in enumerate(("C1D1", "C2D1")):
                rows.append([f"{person}_{visit}", 5 + place * number + 0.1 * person * (place + 1)])
                listed.append(f"{person}_{visit},{person},{visit}")
        paths.append(str(tmp_path / f"p{number}.xlsx"))
        write_rows(Path(paths[-1]), rows, "NPX Data")
    (tmp_path / "s.csv").write_text("\n".join(dict.fromkeys(listed)) + "\n")
    words = ("--samples", str(tmp_path / "s.csv"), "--contrast", "C2D1:C1D1")
    assert ask("test", *paths, *words) == 0
    printed = capsys.readouterr()
    assert "IL8 (OID00001)" in printed.out
    assert "IL8 (OID00002)" in printed.out
    assert "[NPX-ASSAY-TWICE]" in printed.err
