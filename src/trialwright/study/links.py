"""Which columns tie each analysis dataset to what it was made from."""

from collections.abc import Mapping

from trialwright.core.trace import Link
from trialwright.protocol.model import Protocol

SUBJECT = {"USUBJID": "USUBJID"}


def _of_subject(
    domain: str, variables: tuple[str, ...], where: Mapping[str, str] | None = None
) -> Link:
    return Link(domain, SUBJECT, variables, where=where or {})


def _dated(domain: str, name: str, dated: str, variables: tuple[str, ...]) -> Link:
    return Link(domain, {**SUBJECT, name: dated}, variables)


ADSL_LINKS = (
    _of_subject("dm", ("ARM", "ARMCD", "TRT01A", "AGE", "AGEU", "SEX", "RACE", "SITEID", "SUBJID")),
    _of_subject("dm", ("RFICDT", "ENRLFL", "SCRFFL", "DTHFL", "DTHDT")),
    _dated("ds", "ENRLDT", "DSSTDTC", ("ENRLFL", "ENRLDT", "ENRLNUM")),
    _dated("ds", "DCTDT", "DSSTDTC", ("EOTSTT", "DCTREAS", "DCTDT")),
    _of_subject("ie", ("SCRFREAS", "ELIGFL", "EFFFL", "EFFREAS")),
    _of_subject("adelig", ("ELIGFL",)),
    _of_subject("adelig", ("EFFFL", "EFFREAS"), {"CRITFL": "N"}),
    _dated("adex", "TRTSDT", "ASTDT", ("TRTSDT", "SAFFL", "EFFFL")),
    _dated("adex", "TRTEDT", "AENDT", ("TRTEDT", "EOTSTT")),
    _of_subject("ds", ("SCRFREAS",), {"DSDECOD": "SCREEN FAILURE"}),
    _of_subject("adex", ("EFFFL", "EFFREAS")),
    _of_subject("dd", ("DTHCAUS", "DTHFL")),
    _dated("ss", "LSTALVDT", "SSDTC", ("LSTALVDT",)),
    _of_subject("cm", ("NACTDT",), {"CMCAT": "SUBSEQUENT ANTICANCER THERAPY"}),
)

# What an eligibility rule may read.
SCREENED = ("dm", "ds", "mh", "suppmh", "suppdm", "qs", "lb", "bs", "cm", "pr", "tr", "tu", "ex")

_SAME_VISIT = {"USUBJID": "USUBJID", "PARQUAL": "PARQUAL", "VISITNUM": "VISITNUM"}
_OF_READ = {"USUBJID": "USUBJID", "PARQUAL": "PARQUAL"}
_SOURCE_ROW = {"USUBJID": "USUBJID", "SRCSEQ": "ASEQ"}
_BY_SOURCE = (
    Link("adrs", _SOURCE_ROW, when={"SRCDOM": "ADRS"}),
    Link("adtte", _SOURCE_ROW, when={"SRCDOM": "ADTTE"}),
    *(
        Link("adsl", SUBJECT, when={"SRCDOM": "ADSL", "SRCVAR": name}, input_variable=name)
        for name in ("TRTSDT", "DTHDT", "LSTALVDT", "NACTDT")
    ),
)

LINKS: Mapping[str, tuple[Link, ...]] = {
    "adexdev": (
        Link("ex", {"USUBJID": "USUBJID", "SRCSEQ": "EXSEQ"}),
        # A dose that was missed has no row; its day follows from the first one.
        Link("adex", {"USUBJID": "USUBJID", "EXTRT": "EXTRT"}, when={"MISSFL": "Y"}),
    ),
    "adsched": (
        *(
            Link(domain, {**SUBJECT, "SRCROW": "source_row"}, when={"SRCDOM": domain.upper()})
            for domain in ("sv", "tr", "rs", "be")
        ),
        # What was not done has no row; its day follows from the start of treatment.
        Link("adsl", SUBJECT, input_variable="TRTSDT"),
    ),
    "adelig": (
        *(
            Link(domain, {**SUBJECT, "SRCROW": "source_row"}, when={"SRCDOM": domain.upper()})
            for domain in SCREENED
        ),
        Link("ie", {**SUBJECT, "IEROW": "source_row"}),
        # An answer may rest on the absence of a row, and always on who was screened.
        Link("dm", SUBJECT),
    ),
    "adex": (Link("ex", {"USUBJID": "USUBJID", "SRCSEQ": "EXSEQ"}),),
    "adexsum": (
        Link("adex", {"USUBJID": "USUBJID", "EXTRT": "EXTRT"}),
        Link("adex", SUBJECT, when={"PARAMCD": "NCYC"}),
        Link("adex", SUBJECT, when={"PARAMCD": "TRTDUR"}),
    ),
    "lesions": (Link("tr", {"USUBJID": "USUBJID", "TRSEQ": "TRSEQ"}),),
    "adtr": (Link("lesions", _SAME_VISIT, where={"TRGRPID": "TARGET"}),),
    "responses": (
        Link("lesions", _SAME_VISIT, when={"SRCDOM": "TR"}),
        Link("rs", {"USUBJID": "USUBJID", "SRCSEQ": "RSSEQ"}, when={"SRCDOM": "RS"}),
    ),
    "adrs": (
        Link("responses", _SAME_VISIT, where={"PARAMCD": "OVR"}),
        Link("adsl", SUBJECT, when={"PARAMCD": "DEATH"}, input_variable="DTHDT"),
        Link("adrs", _OF_READ, when={"PARAMCD": "IBOR"}, where={"PARAMCD": "IOVR"}),
        # What is unknown at a landmark may rest on no assessment, and always on the start.
        Link("adsl", SUBJECT, when={"AVALC": "UNKNOWN"}, input_variable="TRTSDT"),
        *_BY_SOURCE,
    ),
    "adtte": (
        Link("adsl", SUBJECT, input_variable="TRTSDT"),
        Link("adrs", _OF_READ, when={"PARAMCD": "IPFS"}, where={"PARAMCD": "IOVR"}),
        *_BY_SOURCE,
    ),
    "adbm": (
        Link("plasma", {"USUBJID": "USUBJID", "SRCSEQ": "PLSEQ"}, when={"SRCDOM": "PLASMA"}),
        Link("slides", {**SUBJECT, "BMXFN": "FILE"}, when={"SRCDOM": "SLIDES"}),
        Link("bs", {**SUBJECT, "SRCSEQ": "BSSEQ"}, when={"SRCDOM": "BS"}),
        Link("be", {"USUBJID": "USUBJID", "SAMPLEID": "BEREFID"}, ("ADT", "AVISIT")),
    ),
    "adlb": (Link("lb", {"USUBJID": "USUBJID", "SRCSEQ": "LBSEQ"}),),
    "adae": (
        Link("ae", {"USUBJID": "USUBJID", "SRCSEQ": "AESEQ"}),
        Link("suppae", {"USUBJID": "USUBJID", "SRCSEQ": "IDVARVAL"}, ("RELAGENT",)),
    ),
}


def find_links(protocol: Protocol) -> dict[str, tuple[Link, ...]]:
    """Return the links of every dataset, the protocol's baseline characteristics included."""
    baseline = tuple(
        _of_subject(item.domain.lower(), (item.name,), item.where) for item in protocol.baseline
    )
    return {**LINKS, "adsl": (*ADSL_LINKS, *baseline)}
