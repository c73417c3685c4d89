"""Rules about protein measurements: the readers of Olink exports raise them, a check finds them."""

from collections.abc import Iterable

import polars as pl
from polars import col

from trialwright.core.errors import Finding, Severity
from trialwright.datasets.olink_frame import name_some
from trialwright.datasets.olink_samples import N_LISTED
from trialwright.datasets.rules_registry import RULES, Rule, declare_rule, make_finding
from trialwright.datasets.rules_specimens import ORPHAN_PLASMA

BLOCK, WARN = Severity.BLOCK, Severity.WARN
DECLARED = (
    (
        "NPX-FILE",
        BLOCK,
        "A plasma export that cannot be read",
        "Its proteins are missing from every result.",
        "Export the table again from the Olink software.",
    ),
    (
        "NPX-LAYOUT",
        BLOCK,
        "An export without the rows or columns that say what is what",
        "A value without its assay or sample is no measurement.",
        "Export the table again, without changes.",
    ),
    (
        "NPX-KIND",
        BLOCK,
        "An export of something else than NPX",
        "Differences of Ct, counts or concentrations are not differences of NPX.",
        "Export NPX values.",
    ),
    (
        "NPX-LINEAR",
        BLOCK,
        "A linear value that is not above zero",
        "It has no logarithm, and NPX is one.",
        "Export the table again: a linear value is 2 to the power of NPX.",
    ),
    (
        "NPX-NUMBER",
        BLOCK,
        "A value that is no number",
        "It would be taken for missing.",
        "Write the number, or NA.",
    ),
    (
        "NPX-DECIMAL",
        BLOCK,
        "A decimal comma where the file parts columns by commas or has decimal points",
        "3,2 may be 3.2 or 32; a guess would be a wrong number.",
        "Write decimal points in the whole column.",
    ),
    (
        "NPX-EMPTY",
        BLOCK,
        "An export without any value",
        "There is nothing to analyze.",
        "Export the table again from the Olink software.",
    ),
    (
        "NPX-SAMPLE",
        BLOCK,
        "Values without a sample or assay",
        "They belong to nobody.",
        "Write the sample's name, or remove the row.",
    ),
    (
        "NPX-TWICE",
        BLOCK,
        "A sample with two values of one assay",
        "Which of the two is right cannot be known.",
        "Remove the repeated sample or panel, or give each sample a name of its own.",
    ),
    (
        "NPX-VISIT-TWICE",
        BLOCK,
        "Two samples of a patient at one visit",
        "A visit is compared by one sample.",
        "Leave one of them off the list of samples.",
    ),
    (
        "NPX-SAMPLES",
        BLOCK,
        "A list of samples that does not say whose each is",
        "A value without patient and visit cannot be compared.",
        "Give each sample one line with SampleID, Subject and Visit.",
    ),
    (
        "GMT-LINE",
        BLOCK,
        "A gene set without members",
        "It can be found in nothing.",
        "Write name, description and genes, parted by tabs.",
    ),
    (
        "GMT-TWICE",
        BLOCK,
        "Two gene sets of one name",
        "One would hide the other.",
        "Rename one of the two.",
    ),
    (
        "NPX-ORPHAN",
        WARN,
        "A plasma sample without a patient and a visit",
        "Its proteins are measured and in no result.",
        "Correct its name, record it in BE, or list it in plasma_samples.csv.",
    ),
    (
        "NPX-ABSENT",
        WARN,
        "A plasma sample that was taken and not measured",
        "Its visit has a pair fewer.",
        "Add the export of its plate, if there is one.",
    ),
    (
        "NPX-VISIT",
        WARN,
        "A plasma sample of a visit that the protocol's panel does not have",
        "It is in no contrast.",
        "Write VISIT as the protocol does, or name the visit under biomarkers.plasma.",
    ),
    (
        "NPX-BLANK",
        WARN,
        "A sample without any value",
        "It counts as collected, and is in no comparison.",
        "Ask the laboratory whether it failed.",
    ),
    (
        "NPX-LOD",
        WARN,
        "An assay mostly below its limit of detection",
        "Its changes are those of noise.",
        "Read its changes with caution.",
    ),
    (
        "NPX-PLATE-WARNED",
        WARN,
        "A plate of which more than one sample in six is warned",
        "The plate itself is in doubt.",
        "Ask the laboratory, and read the analysis without warned samples.",
    ),
    (
        "NPX-OUTLIER",
        WARN,
        "A sample unlike the others",
        "One failed sample moves many proteins at once.",
        "Look at it in the display of principal components.",
    ),
    (
        "NPX-ASTRIDE",
        WARN,
        "A patient with samples on two plates",
        "A difference of plates is taken for a change.",
        "Normalize the plates, or keep a patient's samples together.",
    ),
    (
        "NPX-SAME",
        WARN,
        "Two samples with the same values",
        "One of them was measured or copied twice.",
        "Ask the laboratory which it is.",
    ),
    (
        "NPX-ASSAY-TWICE",
        WARN,
        "A protein on more than one panel",
        "It is tested twice, and the results may differ.",
        "Tell them apart by OlinkID.",
    ),
)
for _id, _severity, _title, _why, _mend in DECLARED:
    declare_rule(Rule(_id, _severity, _title, _why, _mend, __name__))


def make_orphan_findings(
    data: pl.DataFrame, dm: pl.DataFrame | None, file: str
) -> Iterable[Finding]:
    """Yield a finding of samples whose subject DM does not have.

    Parameters
    ----------
    data : DataFrame
        Matched protein values: USUBJID, SAMPLEID.
    dm : DataFrame or None
        Demographics; without them nothing can be said.
    file : str
        Names of the exports.
    """
    if dm is None:
        return
    strange = data.filter(~col("USUBJID").is_in(dm["USUBJID"].drop_nulls().implode()))
    names = strange["SAMPLEID"].unique(maintain_order=True).to_list()
    if names:
        found = f"{name_some(names, 'sample', N_LISTED)} of no subject of DM"
        yield make_finding(RULES[ORPHAN_PLASMA], file, found, "subjects of DM")


def make_visit_findings(data: pl.DataFrame, visits: Iterable[str], file: str) -> Iterable[Finding]:
    """Yield a finding of samples whose visit no panel of the protocol has.

    Parameters
    ----------
    data : DataFrame
        Matched protein values: SAMPLEID, VISIT.
    visits : iterable of str
        Visits of the panels; empty when the protocol names none.
    file : str
        Names of the exports.
    """
    wanted = list(visits)
    other = data.filter(~col("VISIT").is_in(wanted)) if wanted else data.clear()
    names = other["SAMPLEID"].unique(maintain_order=True).to_list()
    if names:
        found = f"{name_some(names, 'sample', N_LISTED)} of other visits"
        yield make_finding(RULES["NPX-VISIT"], file, found, f"one of {', '.join(wanted)}")
