"""Words by which centres call what the domains hold, in English, French and German."""

import re
import unicodedata
from collections.abc import Mapping

SUBJECT = (
    r"^(n |no |nr |num(ero)? )?(patient|subject|sujet|participant|pat|proband)"
    r"( id| no| nr| number| n)?$"
    r"|^record( id)?$|^usubjid$|^subjid$|^(id|code) (patient|sujet|subject)$"
)
DATED = r"date|dat|datum|day|jour|am"
START, END = r"start|begin|debut|beginn|from|du|first", r"end|stop|fin|ende|until|au|last"
WORDS: Mapping[str, Mapping[str, str]] = {
    "dm": {
        "SEX": r"sex|sexe|gender|geschlecht", "AGE": r"age|alter",
        "BRTHDTC": r"birth|naissance|ddn|geburtsdatum",
        "RFICDTC": r"consent|consentement|einwilligung",
        "DTHDTC": r"death|deces|tod|died|dod", "ARMCD": r"arm|bras|group",
        "SITEID": r"centre|center|zentrum",
        "COUNTRY": r"country|pays|land", "RACE": r"race", "ETHNIC": r"ethnic\w*|ethnie",
    },
    "ds": {"DSSTDTC": r"inclusion|enrol\w*|registration|einschluss"},
    "ss": {
        "SSDTC": r"last contact|dernier(es)? (contact|nouvelles)|last (seen|news)|letzter kontakt",
    },
    "ex": {
        "EXTRT": r"drug|treatment|traitement|produit|product|molecule|medikament|agent",
        "EXDOSE": r"dose|dosis", "EXDOSU": r"(dose )?(unit|unite|einheit)",
        "EXSTDTC": START, "EXENDTC": END, "EXVAMT": r"volume",
    },
    "ae": {
        "AETERM": r"(adverse )?event|evenement|toxicit\w*|ae|ei|term|terme|nebenwirkung",
        "AETOXGR": r"grade|ctcae|grad", "AESTDTC": START, "AEENDTC": END,
        "AESER": r"serious|grave|sae|eig|schwer\w*", "AEOUT": r"outcome|evolution|ausgang",
        "AEREL": r"related|causality|lien|imputabilite|zusammenhang", "AEACN": r"action",
    },
    "tr": {
        "TRLNKID": r"lesion|lasion|target|cible", "TRDTC": DATED + r"|scan|ct|irm|mri",
        "TRSTRESN": r"size|taille|diamet\w*|diam|longest|grand axe|mm|cm|grosse",
    },
    "rs": {
        "RSSTRESC": r"response|reponse|recist|overall|globale|ansprechen",
        "RSDTC": DATED + r"|scan|ct",
        "VISIT": r"visit|visite|timepoint|cycle",
    },
    "lb": {
        "LBTESTCD": r"test|parameter|parametre|analyte|examen|analyse",
        "LBORRES": r"result|resultat|value|valeur|wert|ergebnis", "LBORRESU": r"unit|unite|einheit",
        "LBDTC": DATED + r"|prelevement|sample|sampling",
        "LBORNRLO": r"min|low|lower|lln|borne inf\w*",
        "LBORNRHI": r"max|high|upper|uln|borne sup\w*",
        "VISIT": r"visit|visite|timepoint|cycle",
    },
    "cm": {
        "CMTRT": r"medication|medicament|comedication|drug|traitement|begleitmedikation",
        "CMINDC": r"indication", "CMSTDTC": START, "CMENDTC": END,
    },
    "mh": {
        "MHTERM": r"history|antecedent\w*|diagnos\w*|histolog\w*|pathologie|term",
        "MHSTDTC": START + r"|since|depuis|seit",
    },
}  # fmt: skip
"""Domain to variable to the words of a header that speak for it."""
NAMES: Mapping[str, str] = {
    "dm": r"demo\w*|patient\w*|inclusion|baseline|subjects?|stamm\w*",
    "ex": r"dos\w*|admin\w*|exposure|treatments?",
    "ae": r"ae|adverse|evenements?|tox\w*|ei",
    "tr": r"lesions?|cibles?|tumou?rs?|mesures?|targets?",
    "rs": r"responses?|reponses?|recist", "lb": r"labs?|bio\w*|laborat\w*",
    "cm": r"cm|med\w*|con\w*med\w*|traitements?",
    "mh": r"mh|history|antecedents?",
}  # fmt: skip
"""Domain to the words of a table's name that speak for it."""
CONSTANTS: Mapping[str, Mapping[str, str]] = {
    "dm": {"AGEU": "YEARS"},
    "ex": {"EXDOSU": "mg"},
    "ds": {"DSTERM, DSDECOD": "ENROLLED", "DSCAT": "PROTOCOL MILESTONE"},
    "ss": {"SSTESTCD": "SURVSTAT", "SSTEST": "Survival Status", "SSORRES, SSSTRESC": "ALIVE"},
    "tr": {"TRGRPID": "TARGET", "TRTESTCD": "LDIAM", "TRTEST": "Longest Diameter",
           "TRSTRESU": "mm", "TREVAL": "INVESTIGATOR"},
    "rs": {"RSTESTCD": "OVRLRESP", "RSTEST": "Overall Response", "RSCAT": "RECIST 1.1",
           "RSEVAL": "INVESTIGATOR"},
}  # fmt: skip
"""Domain to what every row of it has, where nothing else is known."""
MEANINGS: Mapping[str, str] = {
    "h": "M", "homme": "M", "m": "M", "male": "M", "mann": "M", "masculin": "M", "mannlich": "M",
    "f": "F", "femme": "F", "female": "F", "frau": "F", "feminin": "F", "weiblich": "F", "w": "F",
    "oui": "Y", "yes": "Y", "y": "Y", "o": "Y", "ja": "Y", "true": "Y", "vrai": "Y",
    "non": "N", "no": "N", "n": "N", "nein": "N", "false": "N", "faux": "N",
    "gueri": "RECOVERED/RESOLVED", "resolu": "RECOVERED/RESOLVED",
    "recovered": "RECOVERED/RESOLVED",
    "rc": "CR", "rp": "PR", "ms": "SD", "pd": "PD", "mp": "PD", "cr": "CR", "pr": "PR", "sd": "SD",
    "ne": "NE",
}  # fmt: skip
"""What a recorded value means, whatever its language."""


def simplify(text: str) -> str:
    """Return a text in lower case, without accents and signs.

    Examples
    --------
    >>> simplify("Date_de Décès"), simplify("N° patient")
    ('date de deces', 'n patient')
    """
    decomposed = unicodedata.normalize("NFKD", text.replace("°", " "))
    plain = "".join(sign for sign in decomposed if not unicodedata.combining(sign))
    return " ".join(re.sub(r"[^0-9a-z]+", " ", plain.lower()).split())


def matches(pattern: str, text: str) -> bool:
    """Whether one of the words of a pattern stands in a text, as a whole word."""
    return re.search(rf"\b(?:{pattern})\b", simplify(text)) is not None
