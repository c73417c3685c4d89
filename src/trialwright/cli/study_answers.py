"""What the commands on a study print."""

import argparse
import json
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from trialwright.core.errors import FindingsError, Severity, StudyError
from trialwright.study.changes import Changes, find_changes
from trialwright.study.drafting import write_draft
from trialwright.study.mapped import print_account
from trialwright.study.packet import write_safety_packet
from trialwright.study.query import query_datasets
from trialwright.study.session import open_study
from trialwright.study.show import Shown, show_result
from trialwright.study.status import Status, find_status
from trialwright.study.template import copy_example
from trialwright.study.workers import open_workers

MOST_PRINTED = 200


def answer_new(arguments: argparse.Namespace) -> int:
    """Make a study directory from an example."""
    made = copy_example(arguments.example, arguments.directory)
    if arguments.json:
        _print_json({"study": str(made)})
    else:
        print(f"{made} is ready. Edit protocol.yaml, put your tables into data/, then run")
        print(f"  trialwright check {made}")
    return 0


def answer_map(arguments: argparse.Namespace) -> int:
    """Write a draft of mapping.yaml; an existing one is replaced only when --out names it."""
    drafted = write_draft(Path(arguments.folder), Path(arguments.out) if arguments.out else None)
    if arguments.json:
        _print_json(drafted.as_dict())
    else:
        print(f"{drafted.path}: {drafted.n_tables} tables, {drafted.n_guesses} guesses to confirm.")
        print(
            "Look at each, correct it, and delete its key `guess`; a run waits until none is left."
        )
    return 0


def answer_check(arguments: argparse.Namespace) -> int:
    """Print the findings; exit 1 when one of them blocks."""
    study = open_study(arguments.study)
    accounts = []
    try:
        findings = study.check(_tell)
        accounts = study.load_accounts()
    except FindingsError as error:
        findings = list(error.findings)
    n_blocking = sum(finding.severity is Severity.BLOCK for finding in findings)
    if arguments.json:
        told = {"accounts": accounts} if accounts else {}
        _print_json({"findings": [finding.as_dict() for finding in findings], **told})
    else:
        for account in accounts:
            print(f"{account['place']}: {print_account(account)}", file=sys.stderr)
        for finding in findings:
            print(f"{finding.severity.value}: {finding.message}")
        n_warnings = len(findings) - n_blocking
        words = f"{n_warnings} {'warning' if n_warnings == 1 else 'warnings'}"
        print(f"{n_blocking} blocking, {words}.", file=sys.stderr)
    return 1 if n_blocking else 0


def answer_run(arguments: argparse.Namespace) -> int:
    """Run a study; print where its report is."""
    begin = time.perf_counter()
    study = open_study(arguments.study)
    try:
        with open_workers(arguments.workers, arguments.cluster) as workers:
            results = study.run(_tell, workers)
    except FindingsError as error:
        return _refuse(error, is_json=arguments.json)
    if arguments.json:
        content = {
            "report": str(results.report),
            "results": str(study.directory.results / "results.json"),
            "steps": [step.as_dict() for step in results.steps],
            "decision": results.decision,
        }
        _print_json(content)
        return 0
    ran = [step for step in results.steps if step.status == "done"]
    for step in results.steps:
        if step.status in ("absent", "failed"):
            print(f"{step.status}: {step.title} ({step.reason})", file=sys.stderr)
    seconds = time.perf_counter() - begin
    print(f"{len(ran)} of {len(results.steps)} steps run in {seconds:.1f} s.", file=sys.stderr)
    if results.steps[-1].status == "failed":
        print("The report could not be made.", file=sys.stderr)
        return 2
    print(f"The report is {results.report}")
    return 0


def _refuse(error: FindingsError, *, is_json: bool) -> int:
    """Print the findings that block; nothing was run."""
    blocking = [f for f in error.findings if f.severity is Severity.BLOCK]
    if is_json:
        _print_json({"findings": [finding.as_dict() for finding in error.findings]})
        return 1
    for finding in blocking:
        print(finding.message, file=sys.stderr)
    words = "finding blocks" if len(blocking) == 1 else "findings block"
    print(f"{len(blocking)} {words} the run; nothing was analyzed.", file=sys.stderr)
    return 1


def answer_show(arguments: argparse.Namespace) -> int:
    """Print a number or a result, how it came about, and its source rows."""
    study = open_study(arguments.study)
    shown = show_result(study, arguments.result, with_rows=arguments.rows)
    return _print_answer(shown, is_json=arguments.json)


def answer_changes(arguments: argparse.Namespace) -> int:
    """Print which cells changed since the last run, and which results moved."""
    changes = find_changes(open_study(arguments.study))
    return _print_answer(changes, is_json=arguments.json)


def answer_status(arguments: argparse.Namespace) -> int:
    """Print where a trial stood on a day."""
    as_of = _read_day(arguments.as_of)
    status = find_status(open_study(arguments.study), as_of)
    return _print_answer(status, is_json=arguments.json)


def answer_safety(arguments: argparse.Namespace) -> int:
    """Write the safety board's packet; say where it is."""
    as_of = _read_day(arguments.as_of)
    packet = write_safety_packet(open_study(arguments.study), as_of, Path(arguments.out))
    if arguments.json:
        _print_json(packet.as_dict())
    else:
        print(f"The packet as of {packet.as_of.isoformat()} is {packet.file}")
    return 0


def _read_day(text: str | None) -> date | None:
    """Read the day of `--as-of`; None where there is none."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise StudyError(
            f"--as-of is '{text}', expected a date that exists. Write it as 2021-09-30."
        ) from error


def answer_query(arguments: argparse.Namespace) -> int:
    """Print the answer to a query."""
    answer = query_datasets(open_study(arguments.study).load_datasets(), arguments.sql)
    if arguments.json:
        _print_json(json.loads(answer.write_json()))
        return 0
    with pl.Config(
        tbl_rows=MOST_PRINTED, tbl_cols=-1, tbl_hide_dataframe_shape=True, tbl_width_chars=10_000,
        tbl_hide_column_data_types=True, tbl_formatting="NOTHING", fmt_str_lengths=200,
    ):  # fmt: skip
        print(answer)
    if answer.height > MOST_PRINTED:
        print(f"{answer.height} rows; --json prints all of them.", file=sys.stderr)
    return 0


def _print_answer(answer: Shown | Changes | Status, *, is_json: bool) -> int:
    """Print an answer as JSON or as lines."""
    if is_json:
        _print_json(answer.as_dict())
    else:
        print(answer.to_text())
    return 0


def _print_json(content: Any) -> None:
    print(json.dumps(content, ensure_ascii=False, default=str))


def _tell(text: str) -> None:
    print(text, file=sys.stderr)
