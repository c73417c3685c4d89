"""Lists that stand in files beside the protocol."""

import csv
from pathlib import Path

from trialwright.protocol.eligibility import EligibilityRule, NoConcomitant
from trialwright.protocol.model import Protocol

MEDICATION = "CMDECOD"


def read_medications(path: Path) -> tuple[str, ...]:
    """Read the medications of a list: its column CMDECOD, or its first one, without repeats."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    header = [name.strip().upper() for name in rows[0]] if rows else []
    place = header.index(MEDICATION) if MEDICATION in header else 0
    names = (row[place].strip() for row in rows[1:] if len(row) > place)
    return tuple(dict.fromkeys(name for name in names if name))


def list_files(protocol: Protocol) -> tuple[str, ...]:
    """Return the files of lists that a protocol names, as places beside it, without repeats."""
    named = [rule.medications for rule in protocol.eligibility if isinstance(rule, NoConcomitant)]
    return tuple(dict.fromkeys(name for name in named if name))


def fill_lists(protocol: Protocol, folder: Path) -> Protocol:
    """Return the protocol with the medications of its files written under `names`.

    Parameters
    ----------
    protocol : Protocol
        As written; a file that is not there leaves `names` as it is, which is reported elsewhere.
    folder : Path
        Where the files are.
    """
    rules: list[EligibilityRule] = []
    for rule in protocol.eligibility:
        if isinstance(rule, NoConcomitant) and rule.medications:
            path = folder / rule.medications
            read = read_medications(path) if path.is_file() else ()
            listed = tuple(dict.fromkeys((*rule.names, *read)))
            rules.append(rule.model_copy(update={"names": listed}))
        else:
            rules.append(rule)
    return protocol.model_copy(update={"eligibility": tuple(rules)})
