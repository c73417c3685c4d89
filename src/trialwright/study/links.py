"""Which columns tie each analysis dataset to what it was made from."""

from collections.abc import Mapping

from trialwright.core.trace import Link
from trialwright.protocol.model import Protocol

SUBJECT = {"USUBJID": "USUBJID"}


def _of_subject(
    domain: str, variables: tuple[str, ...], where: Mapping[str, str] | None = None
) -> Link:
    return Link(domain, SUBJECT, variables, where=where or {})


ADSL_LINKS = (
    _of_subject("dm", ("ARM", "ARMCD", "TRT01A", "AGE", "AGEU", "SEX", "RACE", "SITEID", "SUBJID")),
    _of_subject("dm", ("RFICDT", "ENRLFL", "SCRFFL", "DTHFL", "DTHDT")),
    _of_subject("ds", ("ENRLFL", "ENRLDT", "ENRLNUM"), {"DSCAT": "PROTOCOL MILESTONE"}),
    _of_subject("ds", ("EOTSTT", "DCTREAS", "DCTDT"), {"DSCAT": "DISPOSITION EVENT"}),
    _of_subject("ie", ("SCRFREAS", "ELIGFL", "EFFFL", "EFFREAS")),
    _of_subject("ex", ("TRTSDT", "TRTEDT", "SAFFL", "EFFFL", "EFFREAS", "SAFREAS")),
    _of_subject("dd", ("DTHCAUS", "DTHFL")),
    _of_subject("ss", ("LSTALVDT",)),
    _of_subject("cm", ("NACTDT",), {"CMCAT": "SUBSEQUENT ANTICANCER THERAPY"}),
)

_SAME_READ = {"USUBJID": "USUBJID", "PARQUAL": "PARQUAL"}
_SAME_VISIT = {**_SAME_READ, "VISITNUM": "VISITNUM"}
_SAME_DAY = {**_SAME_READ, "ADT": "ADT"}

LINKS: Mapping[str, tuple[Link, ...]] = {
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
        Link("lesions", _SAME_VISIT, when={"SRCDOM": "TR"}),
        Link("rs", {"USUBJID": "USUBJID", "SRCSEQ": "RSSEQ"}, when={"SRCDOM": "RS"}),
        Link("dm", SUBJECT, when={"PARAMCD": "DEATH"}),
        Link("adsl", SUBJECT, when={"SRCDOM": "ADSL"}, input_variable="DTHDT"),
        Link("responses", _SAME_DAY, when={"SRCDOM": "ADRS"}, where={"PARAMCD": "OVR"}),
        Link("adtte", _SAME_READ, when={"SRCDOM": "ADTTE"}, where={"PARAMCD": "PFS"}),
    ),
    "adtte": (
        Link("adsl", SUBJECT, input_variable="TRTSDT"),
        Link("dm", SUBJECT, when={"SRCVAR": "DTHDT"}),
        Link("adsl", SUBJECT, when={"SRCVAR": "LSTALVDT"}, input_variable="LSTALVDT"),
        Link("responses", _SAME_DAY, when={"SRCDOM": "ADRS"}, where={"PARAMCD": "OVR"}),
        Link("responses", _SAME_DAY, when={"SRCDOM": "RS"}, where={"PARAMCD": "OVR"}),
        Link("responses", _SAME_DAY, when={"SRCDOM": "TR"}, where={"PARAMCD": "OVR"}),
    ),
    "adae": (Link("ae", {"USUBJID": "USUBJID", "SRCSEQ": "AESEQ"}),),
}


def find_links(protocol: Protocol) -> dict[str, tuple[Link, ...]]:
    """Return the links of every dataset, the protocol's baseline characteristics included."""
    baseline = tuple(
        _of_subject(item.domain.lower(), (item.name,), item.where) for item in protocol.baseline
    )
    return {**LINKS, "adsl": (*ADSL_LINKS, *baseline)}
