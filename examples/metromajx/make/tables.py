"""Write tables: a fixed order of columns and rows, numbered within the subject, the same bytes."""

import csv
from collections.abc import Iterable
from pathlib import Path

from make.patients import STUDY
from trialwright.simulate.rows import Row

TIMING = "VISITNUM VISIT"
COLUMNS = {
    "DM": "SUBJID RFSTDTC RFENDTC RFXSTDTC RFXENDTC RFICDTC RFPENDTC DTHDTC DTHFL SITEID AGE AGEU "
    "SEX RACE ETHNIC ARMCD ARM ACTARMCD ACTARM ARMNRS COUNTRY",
    "IE": "IESEQ IETESTCD IETEST IECAT IEORRES IESTRESC VISITNUM VISIT IEDTC",
    "EX": "EXSEQ EXLNKID EXTRT EXDOSE EXDOSU EXDOSFRM EXDOSFRQ EXROUTE EXLOC EXLAT EXADJ EXVAMT "
    "EXVAMTU EXSTDTC EXENDTC",
    "DS": "DSSEQ DSTERM DSDECOD DSCAT DSSCAT DSSTDTC",
    "AE": "AESEQ AETERM AEDECOD AEBODSYS AESER AEACN AEREL AERELNST AEOUT AESDTH AESHOSP AETOXGR "
    "AESTDTC AEENDTC",
    "LB": "LBSEQ LBTESTCD LBTEST LBCAT LBORRES LBORRESU LBORNRLO LBORNRHI LBSTRESC LBSTRESN "
    "LBSTRESU LBSTNRLO LBSTNRHI LBNRIND VISITNUM VISIT LBDTC",
    "VS": "VSSEQ VSTESTCD VSTEST VSORRES VSORRESU VSSTRESC VSSTRESN VSSTRESU VISITNUM VISIT VSDTC",
    "MH": "MHSEQ MHTERM MHDECOD MHCAT MHDTC MHSTDTC",
    "CM": "CMSEQ CMGRPID CMTRT CMDECOD CMCAT CMINDC CMSTDTC CMENDTC",
    "SV": "VISITNUM VISIT SVSTDTC SVENDTC SVUPDES",
    "TU": "TUSEQ TULNKID TUTESTCD TUTEST TUORRES TUSTRESC TULOC TULAT TUMETHOD TUEVAL TUEVALID "
    "TUACPTFL VISITNUM VISIT TUDTC",
    "TR": "TRSEQ TRGRPID TRLNKID TRTESTCD TRTEST TRORRES TRORRESU TRSTRESC TRSTRESN TRSTRESU "
    "TRSTAT TRREASND TRMETHOD TREVAL TREVALID TRACPTFL VISITNUM VISIT TRDTC",
    "RS": "RSSEQ RSTESTCD RSTEST RSCAT RSORRES RSSTRESC RSEVAL RSEVALID RSACPTFL VISITNUM VISIT "
    "RSDTC",
    "DD": "DDSEQ DDTESTCD DDTEST DDORRES DDSTRESC DDDTC",
    "QS": "QSSEQ QSTESTCD QSTEST QSCAT QSORRES QSSTRESC QSSTRESN VISITNUM VISIT QSDTC",
    "PR": "PRSEQ PRTRT PRCAT PRINDC PRLOC PRLAT PRSTDTC PRENDTC",
    "SS": "SSSEQ SSTESTCD SSTEST SSORRES SSSTRESC SSDTC",
    "BE": "BESEQ BEREFID BELNKID BETERM BEDECOD BECAT BELOC BELAT VISITNUM VISIT BEDTC BESTDTC",
    "BS": "BSSEQ BSREFID BSTESTCD BSTEST BSCAT BSORRES BSORRESU BSSTRESC BSSTRESN BSSTRESU BSSTAT "
    "BSREASND BSSPEC BSMETHOD VISITNUM VISIT BSDTC",
}
SUPPLEMENT = "STUDYID RDOMAIN USUBJID IDVAR IDVARVAL QNAM QLABEL QVAL QORIG"


def write_domain(folder: Path, domain: str, rows: Iterable[Row]) -> None:
    """Write one domain as CSV.

    Parameters
    ----------
    folder : Path
        Where to write.
    domain : str
        Two letters, upper case.
    rows : iterable of dict
        Values by column; what is absent or None is left empty.

    Raises
    ------
    ValueError
        A row has a column that the domain does not declare.
    """
    names = ["STUDYID", "DOMAIN", "USUBJID", *COLUMNS[domain].split()]
    _write(
        folder / f"{domain.lower()}.csv",
        names,
        ({"STUDYID": STUDY, "DOMAIN": domain} | row for row in rows),
    )


def write_supplement(folder: Path, domain: str, rows: Iterable[Row]) -> None:
    """Write the supplemental qualifiers of one domain as CSV.

    Parameters
    ----------
    folder : Path
        Where to write.
    domain : str
        The domain that is supplemented, upper case.
    rows : iterable of dict
        USUBJID, IDVAR, IDVARVAL, QNAM, QLABEL, QVAL.
    """
    _write(
        folder / f"supp{domain.lower()}.csv",
        SUPPLEMENT.split(),
        ({"STUDYID": STUDY, "RDOMAIN": domain, "QORIG": "CRF"} | row for row in rows),
    )


def _write(path: Path, names: list[str], rows: Iterable[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
