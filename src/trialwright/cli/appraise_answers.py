"""What `trialwright appraise` prints."""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from trialwright import __version__
from trialwright.appraise.appraisal import Appraised, appraise_paper, load_paper, say_verdicts
from trialwright.appraise.verdicts import Verdict
from trialwright.report.appraisal import print_appraisal


def answer_appraise(arguments: argparse.Namespace) -> int:
    """Check the statements of a report and print what was found."""
    paper = load_paper(Path(arguments.paper))
    appraised = appraise_paper(paper)
    if arguments.out:
        page = Path(arguments.out)
        page.parent.mkdir(parents=True, exist_ok=True)
        software = f"trialwright {__version__}"
        page.write_text(print_appraisal(paper.paper, appraised, software), encoding="utf-8")
        print(f"The report is {page}", file=sys.stderr)
    if arguments.json:
        said = [
            {
                "id": item.statement.id,
                "verdict": item.finding.verdict.value,
                "computed": item.finding.computed,
                "explanation": item.finding.explanation,
            }
            for item in appraised
        ]
        print(json.dumps({"paper": paper.paper, "statements": said}, ensure_ascii=False))
        return 0
    print(f"Appraisal of {paper.paper}")
    for item in appraised:
        if arguments.all or item.finding.verdict is not Verdict.HOLDS:
            print("\n".join(_tell(item)))
    print(say_verdicts(appraised))
    return 0


def _tell(item: Appraised) -> Iterator[str]:
    """Yield the lines of one statement."""
    stated, found = item.statement, item.finding
    place = f" ({stated.where})" if stated.where else ""
    yield f"{stated.id}{place}: {found.verdict.words}"
    if stated.quote:
        yield f'  "{stated.quote}"'
    if found.computed:
        yield f"  {found.computed}"
    yield f"  {found.explanation}"
