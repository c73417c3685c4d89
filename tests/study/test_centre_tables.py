"""The centre's own tables: mapped, accounted for, traced to the cell that was typed."""

import json
from pathlib import Path

import polars as pl
import pytest
from centre_tables import DOSES, LESIONS, MAPPING, PATIENTS, write_centre

import trialwright as tw
from trialwright.cli.main import main
from trialwright.core.errors import DataError, Finding
from trialwright.study.session import Results, Study


@pytest.fixture(scope="module")
def centre_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, Results]:
    """The small trial, run once; tests only read it."""
    study = tw.open_study(write_centre(tmp_path_factory.mktemp("centre")))
    return study, study.run()


def check(folder: Path, **files: str) -> list[Finding]:
    return tw.open_study(write_centre(folder, **files)).check()


def of_rule(findings: list[Finding], rule: str) -> list[Finding]:
    return [finding for finding in findings if finding.rule == rule]


def only(findings: list[Finding], rule: str) -> Finding:
    found = of_rule(findings, rule)
    assert len(found) == 1, [finding.message for finding in findings]
    return found[0]


def test_a_folder_of_spreadsheets_runs_without_a_finding(centre_run) -> None:
    study, results = centre_run
    assert results.findings == ()
    assert results["bor"].count("n") == 2
    assert results["os"].count("events") == 1
    tr = study.store.load("tr").sort("USUBJID", "TRLNKID", "VISITNUM")
    assert tr["TRSTRESN"].to_list() == [32.0, 18.0, 20.0, 41.0, 59.0]
    assert tr["TRDTC"].to_list()[:2] == ["2021-01-08", "2021-02-22"]


def test_rows_and_columns_of_every_table_are_accounted_for(centre_run) -> None:
    accounts = centre_run[0].store.load("source_check")["accounts"]
    assert [account["place"] for account in accounts] == [
        "patients.csv",
        "doses.csv",
        "lesions.csv",
    ]
    for account in accounts:
        for what in ("n_rows", "n_columns"):
            parts = [account[f"{what}_{end}"] for end in ("mapped", "ignored", "reported")]
            assert account[what] == sum(parts)
    assert accounts[0]["made"] == {"DM": 2, "DS": 2, "SS": 2}
    assert accounts[0]["n_columns_ignored"] == 1
    assert accounts[2]["made"] == {"TR": 5, "TU": 3}


def test_a_number_leads_to_the_cell_that_was_typed(centre_run, capsys) -> None:
    study, _ = centre_run
    assert main(["show", str(study.path), "os.median", "--rows", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    death = next(r for r in rows if r["domain"] == "DM" and r["subject"] == "C-02")
    assert (death["file"], death["row"]) == ("patients.csv", 3)
    assert death["cells"]["DTHDTC"] == "F3"
    assert main(["show", str(study.path), "bor.pd", "--rows"]) == 0
    assert "lesions.csv row 4 (C-02): TRLNKID=T01 (B4), TRORRES=59 (G4)" in capsys.readouterr().out


def test_the_page_embeds_the_cells_and_not_the_derived_table(centre_run) -> None:
    page = centre_run[1].report.read_text(encoding="utf-8")
    assert '"s:lesions.csv, columns A, B, D, E"' in page.replace("\\u0026", "&")
    assert '"E Taille S0"' in page
    assert "mapping.yaml: TR" not in page


def test_a_column_that_nobody_maps_is_reported(tmp_path: Path) -> None:
    finding = only(
        check(tmp_path, mapping_yaml=MAPPING.replace("    ignore: Commentaire\n", "")),
        "MAP-IGNORED",
    )
    assert finding.message == (
        "patients.csv, H 'Commentaire': not mapped, 1 values, expected mapped or ignored. "
        "Map it, or list it under `ignore` of its table. [MAP-IGNORED]"
    )


def test_a_row_of_which_nothing_is_made_is_reported(tmp_path: Path) -> None:
    doses = "Patient;Début;Fin;Dose\n1;11/01/2021;21/02/2021;50\n2;18/01/2021;28/02/2021;50\n2;;;\n"
    finding = only(check(tmp_path, doses_csv=doses), "MAP-ROWS")
    assert finding.found == "1 of 3 rows of which nothing is made (row 4)"


def test_a_decimal_comma_that_nobody_declared_is_no_number(tmp_path: Path) -> None:
    findings = check(tmp_path, mapping_yaml=MAPPING.replace("decimal: comma\n", ""))
    found = of_rule(findings, "SOURCE-DECIMAL")
    assert found[0].message == (
        "lesions.csv row 2, E2 'Taille S0' for TR.TRORRES (USUBJID C-01): '3,2', expected a number "
        "with a decimal point. Write `decimal: comma` for the table, or write the number without "
        "parted thousands. [SOURCE-DECIMAL]"
    )
    assert {finding.column.partition(" ")[0] for finding in found} == {"E2", "E3", "E4", "G2", "G4"}


@pytest.mark.parametrize(
    ("written", "rule"),
    [
        ("44204", "SOURCE-DATE-SERIAL"),
        ("31/02/2021", "SOURCE-DATE"),
        ("Jan 8", "SOURCE-DATE"),
        ("2021-01-08", "SOURCE-DATE-STYLE"),
    ],
)
def test_a_date_that_is_not_as_declared_is_reported(
    tmp_path: Path, written: str, rule: str
) -> None:
    lesions = LESIONS.replace("08/01/2021", written, 1)
    findings = [f for f in check(tmp_path, lesions_csv=lesions) if f.rule.startswith("SOURCE")]
    assert rule in {finding.rule for finding in findings}
    assert all("D" in (finding.column or "") for finding in findings)


def test_a_date_that_two_forms_read_differently_is_not_guessed(tmp_path: Path) -> None:
    mapping = MAPPING.replace("dates: DD/MM/YYYY", "dates: [DD/MM/YYYY, MM/DD/YYYY]")
    found = of_rule(check(tmp_path, mapping_yaml=mapping), "SOURCE-DATE-AMBIGUOUS")
    assert "B2 'Début' for EX.EXSTDTC (USUBJID C-01): '11/01/2021'" in found[0].message


def test_what_the_codes_do_not_name_is_reported_at_its_cell(tmp_path: Path) -> None:
    finding = only(check(tmp_path, patients_csv=PATIENTS.replace("2;F;", "2;f ;")), "MAP-CODE")
    assert (finding.file, finding.row, finding.column) == (
        "patients.csv",
        3,
        "B3 'Sexe' for DM.SEX",
    )


def test_a_row_without_its_subject_blocks(tmp_path: Path) -> None:
    finding = only(
        check(
            tmp_path, doses_csv="Patient;Début;Fin;Dose\n1;11/01/2021;21/02/2021;50\n;1/2/2021;;5\n"
        ),
        "MAP-SUBJECT",
    )
    assert finding.row == 3
    assert finding.severity.value == "block"


def test_two_columns_of_one_name_block(tmp_path: Path) -> None:
    finding = only(
        check(tmp_path, doses_csv="Patient;Début;Fin;Dose;Dose\n1;11/01/2021;21/02/2021;50;\n"),
        "SOURCE-HEADER",
    )
    assert finding.message.startswith(
        "doses.csv row 1, Dose: the same header in the columns D and E"
    )


def test_spaces_around_values_are_said(tmp_path: Path) -> None:
    finding = only(
        check(tmp_path, lesions_csv=LESIONS.replace("2;T01;Foie", "2;T01;Foie ")), "SOURCE-SPACES"
    )
    assert finding.column == "C 'Site'"


def test_two_tables_whose_names_differ_by_a_blank_are_both_looked_at(tmp_path: Path) -> None:
    tables, _, lesions = MAPPING.partition("  - file: lesions.csv")
    patients, _, doses = tables.partition("  - file: doses.csv")
    twice = "".join(f"  - file: {name}{doses}" for name in ("doses 1.csv", "doses_1.csv"))
    mapping = f"{patients}{twice}  - file: lesions.csv{lesions}"
    folder = write_centre(tmp_path, mapping_yaml=mapping)
    (folder / "data" / "doses.csv").unlink()
    head, one, two = DOSES.splitlines()
    for name, line in (("doses 1.csv", one), ("doses_1.csv", two)):
        text = f"{head}\n{line.replace(';50', '; 50 ')}\n"
        (folder / "data" / name).write_text(text, encoding="utf-8")

    study = tw.open_study(folder)
    study.check()
    looked = [name for name in study.store.states if name.startswith("oddities.")]
    assert len(looked) == 4
    assert sum("doses 1.csv" in f.message for f in study.load_findings()) == 1
    assert sum("doses_1.csv" in f.message for f in study.load_findings()) == 1


def test_a_rule_about_a_domain_names_the_cell_of_the_centre(tmp_path: Path) -> None:
    findings = check(tmp_path, doses_csv=DOSES.replace("28/02/2021", "28/02/2020"))
    finding = next(f for f in findings if f.row == 3)
    assert (finding.file, finding.column) == ("doses.csv", "C3 'Fin' for EX.EXENDTC")


def test_a_file_that_nobody_names_is_reported(tmp_path: Path) -> None:
    folder = write_centre(tmp_path)
    (folder / "data" / "old.csv").write_text("a,b\n1,2\n")
    assert only(tw.open_study(folder).check(), "MAP-UNUSED").file == "old.csv"


def test_a_table_that_is_not_there_blocks(tmp_path: Path) -> None:
    folder = write_centre(tmp_path)
    (folder / "data" / "doses.csv").unlink()
    assert only(tw.open_study(folder).check(), "MAP-FILE").file == "doses.csv"


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("    ignore: Commentaire", "    ignor: Commentaire", "MAPPING-UNKNOWN-KEY"),
        ("domain: ss", "domain: sz", "MAP-VARIABLE"),
        ("EXDOSE: Dose", "EXDOZE: Dose", "MAP-VARIABLE"),
        ("unit: cm, to: mm", "unit: cm, to: kg", "MAP-UNIT"),
        ("dates: DD/MM/YYYY", "dates: DD/MM/YY", "MAP-DATE-FORM"),
        ("SEX: {column: Sexe", "SEX: {value: x, column: Sexe", "MAP-FILLING"),
        ("codes_of: places", "codes_of: place", "MAP-FILLING"),
    ],
)
def test_a_mistake_in_the_mapping_is_found_at_its_line(
    tmp_path: Path, old: str, new: str, rule: str
) -> None:
    text = MAPPING.replace(old, new)
    line = next(n for n, written in enumerate(text.splitlines(), start=1) if new in written)
    with pytest.raises(DataError) as error:
        check(tmp_path, mapping_yaml=text)
    assert [(f.rule, f.file, f.row) for f in error.value.findings] == [(rule, "mapping.yaml", line)]


def test_a_guess_that_nobody_confirmed_stops_the_run(tmp_path: Path) -> None:
    mapping = MAPPING.replace("AGE: Âge", 'AGE: {column: Âge, guess: "the name is like AGE"}')
    study = tw.open_study(write_centre(tmp_path, mapping_yaml=mapping))
    with pytest.raises(DataError, match="MAP-GUESS"):
        study.run()


@pytest.mark.usefixtures("undrawn")
def test_only_what_changed_is_read_and_mapped_again(tmp_path: Path) -> None:
    folder = write_centre(tmp_path)
    tw.open_study(folder).run()
    path = folder / "data" / "lesions.csv"
    path.write_text(LESIONS.replace("5,9", "5,8"), encoding="utf-8")
    steps = {step.name: step.status for step in tw.open_study(folder).run().steps}
    assert steps["source.03_lesions_csv"] == steps["mapped.tr"] == steps["adtr"] == "done"
    assert steps["source.01_patients_csv"] == steps["mapped.dm"] == steps["tu"] == "unchanged"
    assert steps["os"] == "unchanged"


def test_qualifiers_point_at_their_record(tmp_path: Path) -> None:
    mapping = MAPPING.replace(
        "          TUDTC: Date S0\n",
        "          TUDTC: Date S0\n        qualifiers:\n"
        "          INJECTED: {column: Lésion, codes: {T01: Y}, others: empty, label: Injected}\n",
    )
    study = tw.open_study(write_centre(tmp_path, mapping_yaml=mapping))
    study.check()
    supp: pl.DataFrame = study.store.load("supptu")
    assert supp.select("USUBJID", "IDVAR", "IDVARVAL", "QNAM", "QVAL").rows() == [
        ("C-01", "TUSEQ", "1", "INJECTED", "Y"),
        ("C-02", "TUSEQ", "1", "INJECTED", "Y"),
    ]
