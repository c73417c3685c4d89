"""What `trialwright ctcae` prints."""

import argparse
import json

from trialwright.core.errors import StudyError
from trialwright.datasets.ctcae import CtcaeTerm, search_ctcae


def answer_ctcae(arguments: argparse.Namespace) -> int:
    """Print the terms that answer best; a term that is not there gets the nearest ones."""
    query = " ".join(arguments.words)
    if arguments.most < 1:
        raise StudyError(f"--most is {arguments.most}, expected 1 or more. Write 10.")
    terms = search_ctcae(query, arguments.version, arguments.most)
    if arguments.json:
        content = {"version": arguments.version, "terms": [_describe(term) for term in terms]}
        print(json.dumps(content, ensure_ascii=False))
        return 0
    if not terms:
        print(f"CTCAE {arguments.version} has no term like '{query}'. Try one word of it.")
    for term in terms:
        print(f"{term.term} ({term.soc})")
        for grade, text in enumerate(term.grades, start=1):
            if text:
                print(f"  grade {grade}: {text}")
    return 0


def _describe(term: CtcaeTerm) -> dict[str, object]:
    grades = {str(grade): text for grade, text in enumerate(term.grades, start=1) if text}
    return {"term": term.term, "soc": term.soc, "grades": grades, "definition": term.definition}
