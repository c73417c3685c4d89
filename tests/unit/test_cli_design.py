"""`trialwright design ...` as a user calls it: JSON keys, tables, batch files, wrong use."""

import json
import re
import subprocess
import sys

import pytest

from trialwright.cli.main import main

PAPER = ["--design", "3/13,12/43"]
SETTING = ["--p0", ".20", "--p1", ".40", "--alpha", ".05", "--power", ".80"]
COMMANDS = (
    "search",
    "evaluate",
    "decide",
    "infer",
    "attained",
    "single",
    "efficacy",
    "boundary",
    "bryant-day",
    "predict",
    "landmark",
    "timing",
)


def ask(capsys, *arguments):
    """Return the exit code, the JSON value or text on stdout, and what stands on stderr."""
    code = main(["design", *arguments])
    captured = capsys.readouterr()
    out = json.loads(captured.out) if "--json" in arguments and not code else captured.out
    return code, out, captured.err


def test_search_prints_the_keys_that_scripts_rely_on(capsys):
    code, found, _ = ask(capsys, "search", *SETTING, "--json")
    assert code == 0
    assert {"p0", "p1", "alpha", "power", "designs", "proven"} <= found.keys()
    assert found["proven"] is True
    assert [design["kinds"] for design in found["designs"]] == [
        ["minimax"],
        ["admissible"],
        ["optimal"],
    ]
    optimal = found["designs"][-1]
    assert (optimal["r1"], optimal["n1"], optimal["r"], optimal["n"]) == (3, 13, 12, 43)
    assert optimal.keys() == {
        "kinds",
        "r1",
        "n1",
        "r",
        "n",
        "expected_n_null",
        "prob_early_stop_null",
        "exact_alpha",
        "exact_power",
        "weight_low",
        "weight_high",
    }


def test_search_prints_a_table_the_proof_and_a_protocol_sentence(capsys):
    code, text, _ = ask(capsys, "search", *SETTING)
    assert code == 0
    assert re.search(r"optimal +3/13 +12/43 +20\.58 +0\.7473 +0\.0496 +0\.8002", text)
    assert "proven" in text
    assert "Optimal Simon two-stage design" in text


def test_a_batch_keeps_the_order_of_its_file(capsys, tmp_path):
    file = tmp_path / "settings.csv"
    file.write_text("p0,p1,alpha,power\n.3,.5,.05,.8\n.2,.4,.05,.8\n", encoding="utf-8")
    code, found, _ = ask(capsys, "search", "--batch", str(file), "--json")
    assert code == 0
    assert [(one["p0"], one["designs"][-1]["n"]) for one in found] == [(0.3, 46), (0.2, 43)]


def test_a_batch_of_outcomes_reads_every_column(capsys, tmp_path):
    file = tmp_path / "outcomes.csv"
    file.write_text(
        "p0;r1;n1;r;n;stage;responses;level\n0.2;3;13;12;43;1;1;0.95\n;3;13;12;43;2;13;0.9\n",
        encoding="utf-8-sig",
    )
    code, found, _ = ask(capsys, "infer", "--batch", str(file), "--json")
    assert code == 0
    assert [(one["stage"], one["n"], one["level"]) for one in found] == [
        (1, 13, 0.95),
        (2, 43, 0.9),
    ]
    assert found[0]["p_value"] == pytest.approx(0.945, abs=5e-4)
    assert found[1]["p_value"] is None


def test_evaluate_prints_every_rate(capsys):
    _, found, _ = ask(capsys, "evaluate", *PAPER, "--rates", ".1,.2,.4", "--json")
    assert found["design"] == {"r1": 3, "n1": 13, "r": 12, "n": 43}
    assert [point["rate"] for point in found["rates"]] == [0.1, 0.2, 0.4]
    assert found["rates"][1].keys() == {"rate", "prob_early_stop", "prob_reject", "expected_n"}


def test_decide_prints_decision_reason_and_errors_and_warns_on_stderr(capsys):
    counts = ["--responses", "1", "--n", "14"]
    code, found, _ = ask(capsys, "decide", *PAPER, *counts, "--json")
    assert code == 0
    assert (found["stage"], found["decision"], found["certain"]) == (1, "stop", True)
    assert (found["reachable"], found["as_planned"]) == ([0, 1], False)
    assert (found["exact_alpha"], found["exact_power"]) == (None, None)
    _, found, warned = ask(capsys, "decide", *PAPER, *counts, "--p0", ".2", "--p1", ".4", "--json")
    assert found["exact_alpha"] == pytest.approx(0.0549, abs=5e-5)
    assert warned.startswith("Warning: Kept for 14 patients instead of 13")


def test_infer_prints_estimates_and_intervals_with_null_where_undefined(capsys):
    _, found, _ = ask(capsys, "infer", *PAPER, "--responses", "0", "--n", "13", "--json")
    assert found["p_value"] is None
    assert {"mle", "umvue", "median_unbiased"} <= found["estimates"].keys()
    assert found["intervals"].keys() == {"exact_stagewise", "koyama_chen", "clopper_pearson"}
    assert found["intervals"]["koyama_chen"] == [0.0, None]
    assert found["intervals"]["exact_stagewise"][1] == pytest.approx(0.247, abs=5e-4)


def test_attained_prints_every_adaptation_under_its_name(capsys):
    _, found, _ = ask(capsys, "attained", *PAPER, "--n1", "14", *SETTING, "--json")
    assert [rule["adaptation"] for rule in found["rules"]] == [
        "kept",
        "same_total",
        "reoptimized",
        "green_dahlberg",
    ]
    assert [rule["exceeds_alpha"] for rule in found["rules"]] == [True, False, False, False]
    _, text, _ = ask(capsys, "attained", *PAPER, "--n", "45", *SETTING)
    assert "* Exceeds the alpha of the plan." in text


@pytest.mark.parametrize("command", COMMANDS)
def test_the_example_of_every_help_text_runs(capsys, command):
    with pytest.raises(SystemExit) as left:
        main(["design", command, "--help"])
    assert left.value.code == 0
    example = re.search(r"example:\n  trialwright (.+)", capsys.readouterr().out)
    assert main(example[1].split()) == 0
    assert capsys.readouterr().out.strip()
    assert main([*example[1].split(), "--json"]) == 0
    json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (
            ["search", "--p0", ".4", "--p1", ".2", "--alpha", ".05", "--power", ".8"],
            "p1 is 0.2, expected above p0 (0.4). Write the rate of no interest as p0 and the rate "
            "of interest as p1.",
        ),
        (
            ["search", "--p0", ".2", "--p1", ".4", "--alpha", "5", "--power", ".8"],
            "alpha is 5, expected 0 to 1. Write 0.05 for 5%.",
        ),
        (
            ["search", "--p0", ".2", "--p1", ".4"],
            "design search lacks --alpha and --power. See `trialwright design search --help` for "
            "an example.",
        ),
        (
            ["evaluate", "--design", "13 of 43"],
            "--design is '13 of 43', expected r1/n1,r/n. Write 3/13,12/43 for a trial that stops "
            "with at most 3 of 13 and concludes activity with more than 12 of 43.",
        ),
        (
            ["evaluate", *PAPER, "--rates", ".1;.2"],
            "--rates is '.1;.2', expected some numbers parted by commas. Write them as 0.1,0.3 "
            "without spaces.",
        ),
        (
            ["decide", *PAPER, "--responses", "15", "--n", "14"],
            "responses is 15, expected 0 to n (14). Write successes, then patients.",
        ),
        (
            ["attained", *PAPER, *SETTING],
            "design attained needs --n1 or --n, one of the two. Write --n1 14 when 14 patients of "
            "stage 1 are evaluable, --n 45 when 45 are at the end.",
        ),
        (
            ["boundary", "--looks", "5,10.5", "--tolerable", ".2", "--limit", ".1"],
            "--looks is '5,10.5', expected whole numbers parted by commas. Write 5,10,15.",
        ),
        (
            ["search", "--batch", "absent.csv"],
            "absent.csv: no such file, expected a CSV table with p0,p1,alpha,power.",
        ),
    ],
)
def test_wrong_use_is_one_sentence_and_exit_code_2(capsys, arguments, expected):
    code, out, error = ask(capsys, *arguments)
    assert (code, out, error) == (2, "", expected + "\n")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            "p0,p1,alpha\n.2,.4,.05\n",
            "{file} row 1: no column power, expected p0,p1,alpha,power. Name the columns in the "
            "first row.",
        ),
        (
            "p0,p1,alpha,power\n.2,.4,.05,.8\n.2,.4,.05,80%\n",
            "settings.csv row 3, power: '80%', expected a number. Write 0.2 for 20%.",
        ),
        (
            "p0;p1;alpha;power\n0,2;0.4;0.05;0.8\n",
            "settings.csv row 2, p0: '0,2', expected a number. Write 0.2.",
        ),
        (
            "p0,p1,alpha,power\n.2,,.05,.8\n",
            "settings.csv row 2, p1: '', expected a number. Leave no cell empty.",
        ),
        (
            "p0,p1,alpha,power\n.4,.2,.05,.8\n",
            "settings.csv row 2: p1 is 0.2, expected above p0 (0.4). Write the rate of no interest "
            "as p0 and the rate of interest as p1.",
        ),
    ],
)
def test_a_bad_line_of_a_batch_is_named_by_file_and_row(capsys, tmp_path, content, expected):
    file = tmp_path / "settings.csv"
    file.write_text(content, encoding="utf-8")
    code, _, error = ask(capsys, "search", "--batch", str(file), "--json")
    assert (code, error) == (2, expected.format(file=file) + "\n")


def test_figures_are_written_beside_the_tables(capsys, tmp_path):
    assert ask(capsys, "search", *SETTING, "--figure", str(tmp_path / "hull.svg"))[0] == 0
    assert ask(capsys, "evaluate", *PAPER, "--figure", str(tmp_path / "power.png"))[0] == 0
    assert {file.name for file in tmp_path.iterdir()} == {
        "hull.svg",
        "hull.png",
        "power.svg",
        "power.png",
    }
    assert "Patients of the admissible designs" in (tmp_path / "hull.svg").read_text("utf-8")
    code, _, error = ask(capsys, "evaluate", *PAPER, "--figure", "power.docx")
    assert code == 2
    assert "expected a name that ends in .svg or .png" in error


def test_a_search_loads_neither_scipy_nor_frames_nor_figures():
    code = (
        "import sys; from trialwright.cli.main import main; "
        f"main(['design', 'search', *{SETTING!r}, '--json']); "
        "heavy = {'scipy', 'polars', 'matplotlib', 'pydantic'} & set(sys.modules); "
        "sys.exit(f'loaded {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["proven"] is True
