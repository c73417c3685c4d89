"""`trialwright new|map|check|run|show|changes|query|status|safety|export` on a study."""

from trialwright.cli.declare import Parser, Subparsers, add_worker_options, declare


def add_study_commands(commands: Subparsers) -> None:
    """Add the commands that work on a study directory; each sets `run`."""
    new = _command(commands, "new", "make a study to start from", "new mytrial --from metromajx")
    new.add_argument(
        "directory", metavar="DIR", help="folder to make; it must not exist or be empty"
    )
    new.add_argument("--from", dest="example", default="metromajx", help="example to start from")

    check = _command(commands, "check", "check the protocol and the recorded data", "check mytrial")
    check.add_argument("study", metavar="STUDY", help="folder with protocol.yaml and data/")

    run = _command(commands, "run", "run everything that changed, then the report", "run mytrial")
    run.add_argument("study", metavar="STUDY", help="folder with protocol.yaml and data/")
    add_worker_options(run)

    show = _command(
        commands, "show", "show a number, how it came about, and its source rows",
        "show mytrial pfs.median --rows",
    )  # fmt: skip
    show.add_argument("study", metavar="STUDY", help="folder of a study that was run")
    show.add_argument("result", metavar="RESULT_ID", help="a result (pfs) or a number (pfs.median)")
    show.add_argument("--rows", action="store_true", help="list the rows of the files behind it")

    query = _command(
        commands, "query", "ask the analysis datasets in SQL",
        'query mytrial "SELECT PARAMCD, count(*) AS n FROM adtte GROUP BY PARAMCD"',
    )  # fmt: skip
    query.add_argument("study", metavar="STUDY", help="folder of a study that was run")
    query.add_argument(
        "sql", metavar="SQL", help="a query; tables are adsl, adex, adrs, adtte, ..."
    )

    _add_centre_tables(commands)
    _add_monitoring(commands)
    _add_export(commands)


def _add_centre_tables(commands: Subparsers) -> None:
    """Add the commands that draft a mapping, and that compare one export with the next."""
    draft = _command(
        commands, "map", "draft mapping.yaml out of what a centre's own tables look like",
        "map mytrial/data",
    )  # fmt: skip
    draft.add_argument("folder", metavar="FOLDER", help="folder of the tables, data/ of a study")
    draft.add_argument("--out", metavar="FILE", help="file to write (default: FOLDER/mapping.yaml)")

    changes = _command(
        commands, "changes", "say which cells changed since the last run, which results moved",
        "changes mytrial",
    )  # fmt: skip
    changes.add_argument("study", metavar="STUDY", help="folder of a study that was run")


def _add_monitoring(commands: Subparsers) -> None:
    """Add the commands that look at a trial as of a day."""
    status = _command(
        commands, "status", "accrual, stage, and what is awaited, on a day",
        "status mytrial --as-of 2021-09-30",
    )  # fmt: skip
    status.add_argument("study", metavar="STUDY", help="folder with protocol.yaml and data/")
    status.add_argument("--as-of", metavar="DATE", help="the day, such as 2021-09-30")

    safety = _command(
        commands, "safety", "write the safety board's packet, as of a day",
        "safety mytrial --as-of 2021-09-30 --out packet.html",
    )  # fmt: skip
    safety.add_argument("study", metavar="STUDY", help="folder with protocol.yaml and data/")
    safety.add_argument("--as-of", metavar="DATE", help="the day (default: the data cut)")
    safety.add_argument(
        "--out", required=True, metavar="FILE", help="packet.html or packet.pdf to write"
    )


def _add_export(commands: Subparsers) -> None:
    """Add the command that writes what other systems read."""
    export = _command(
        commands, "export", "write ADaM datasets, results (ARS) and protocol (USDM)",
        "export mytrial --adam xpt --ars --usdm --out handover",
    )  # fmt: skip
    export.add_argument("study", metavar="STUDY", help="folder of a study that was run")
    export.add_argument(
        "--adam", choices=("xpt", "dataset-json"), help="analysis datasets in this format"
    )
    export.add_argument("--ars", action="store_true", help="results as CDISC ARS, ars.json")
    export.add_argument("--usdm", action="store_true", help="protocol as CDISC USDM, usdm.json")
    export.add_argument("--out", metavar="DIR", required=True, help="folder to write into")


def _command(commands: Subparsers, name: str, words: str, example: str) -> Parser:
    """Add one command that works on a study."""
    module = "export_answers" if name == "export" else "study_answers"
    return declare(commands, name, words, example, f"{module}:answer_{name}")
