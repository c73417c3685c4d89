"""What `trialwright export` answers."""

import argparse
import json
import sys
from pathlib import Path

from trialwright.core.errors import StudyError
from trialwright.study.exporting import AdamFormat, export_study
from trialwright.study.session import open_study


def answer_export(arguments: argparse.Namespace) -> int:
    """Write what was asked for; print the files."""
    if not (arguments.adam or arguments.ars or arguments.usdm):
        raise StudyError(
            "Nothing to export, expected at least one of --adam xpt, --adam dataset-json, --ars "
            "and --usdm. Name what you want."
        )
    folder = Path(arguments.out)
    if folder.exists() and not folder.is_dir():
        raise StudyError(f"--out {folder} is a file, expected a folder. Name another.")
    export = export_study(
        open_study(arguments.study),
        folder,
        AdamFormat(arguments.adam) if arguments.adam else None,
        with_ars=arguments.ars,
        with_usdm=arguments.usdm,
    )
    if arguments.json:
        content = {"files": [str(file) for file in export.files], "notes": list(export.notes)}
        print(json.dumps(content, ensure_ascii=False))
        return 0
    for note in export.notes:
        print(f"note: {note}", file=sys.stderr)
    for file in export.files:
        print(file)
    return 0
