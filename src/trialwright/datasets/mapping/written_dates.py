"""Dates as people write them, read by declared forms and never guessed."""

import re
from datetime import date, timedelta
from functools import cache

ISO = re.compile(
    r"(?P<Y>\d{4})(-(?P<M>\d{2})(-(?P<D>\d{2})"
    r"([T ](?P<h>\d{2}):(?P<m>\d{2})(:(?P<s>\d{2})(\.\d+)?)?)?)?)?$"
)
ISO_STYLE, SERIAL_STYLE = "YYYY-MM-DD", "excel"
SERIAL = re.compile(r"\d{5}(\.\d+)?$")
SERIAL_DAY_0 = date(1899, 12, 30)  # serial 1 is 1900-01-01, and 1900 counts as a leap year
SERIAL_RANGE = (20000, 60000)  # 1954 to 2064
UNKNOWN_PART = r"UNK?|NK|UK|XX?|ND|NA|--?|\?\??|00"
MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january janv janvier januar", "feb february fevr fev fevrier februar",
            "mar march mars mär märz maerz", "apr april avr avril", "may mai",
            "jun june juin juni", "jul july juil juillet juli", "aug august aou aout août",
            "sep sept september septembre", "oct october octobre okt oktober",
            "nov november novembre", "dec december déc décembre decembre dez dezember fév",
        ),
        start=1,
    )
    for name in names.split()
} | {"fév": 2, "févr": 2, "février": 2}  # fmt: skip
TOKENS = {
    "YYYY": r"(?P<Y>\d{4})",
    "20YY": r"(?P<y20>\d{2})",
    "19YY": r"(?P<y19>\d{2})",
    "MMM": rf"(?P<B>[^\W\d]{{3,}}\.?|{UNKNOWN_PART})",
    "MM": rf"(?P<M>\d{{1,2}}|{UNKNOWN_PART})",
    "DD": rf"(?P<D>\d{{1,2}}|{UNKNOWN_PART})",
    "hh": r"(?P<h>\d{1,2})",
    "mm": r"(?P<m>\d{2})",
    "ss": r"(?P<s>\d{2})",
}
TOKEN = re.compile("|".join(TOKENS))
SHAPES = (
    (ISO_STYLE, re.compile(r"\d{4}-\d{2}(-\d{2})?([T ].*)?$")),
    (SERIAL_STYLE, SERIAL),
    ("numbers parted by /", re.compile(r"\S{1,2}/\S{1,2}/\d{2,4}")),
    ("numbers parted by .", re.compile(r"\S{1,2}\.\S{1,2}\.\d{2,4}")),
    ("numbers parted by -", re.compile(r"\S{1,2}-\d{1,2}-\d{2,4}")),
    ("a month in letters", re.compile(r".*[^\W\d]{3,}")),
)


def is_date_form(form: str) -> bool:
    """Whether a declared form is one that dates can be read by.

    Examples
    --------
    >>> is_date_form("DD/MM/YYYY"), is_date_form("DD/MM/YY"), is_date_form("excel")
    (True, False, True)
    """
    if form == SERIAL_STYLE:
        return True
    tokens = TOKEN.findall(form)
    rest = TOKEN.sub("", form)
    has_year = any(token in ("YYYY", "20YY", "19YY") for token in tokens)
    return (
        has_year
        and not re.search(r"[A-Za-z]", rest.replace("T", ""))
        and len(tokens) == len(set(tokens))
    )


def name_style(text: str) -> str:
    """Return the style in which a date is written, whatever it means.

    Examples
    --------
    >>> [name_style(text) for text in ("2021-02-03", "03/02/2021", "44230", "3 mars 2021")]
    ['YYYY-MM-DD', 'numbers parted by /', 'excel', 'a month in letters']
    """
    return next((name for name, shape in SHAPES if shape.match(text)), "another style")


def read_date(text: str, forms: tuple[str, ...]) -> set[str]:
    """Read a date by every form; return what it can be, in ISO 8601, partial where it is.

    Parameters
    ----------
    text : str
        What was written, trimmed.
    forms : tuple of str
        YYYY, 20YY, 19YY, MMM (name of a month), MM, DD, hh, mm, ss and what stands between; or
        "excel" for the serial day of a spreadsheet. ISO 8601 is always read.

    Returns
    -------
    set of str
        None when no form fits, or the day does not exist; two when the forms disagree.

    Examples
    --------
    >>> read_date("3/2/2021", ("DD/MM/YYYY",)), read_date("UN/02/2021", ("DD/MM/YYYY",))
    ({'2021-02-03'}, {'2021-02'})
    >>> sorted(read_date("03/02/2021", ("DD/MM/YYYY", "MM/DD/YYYY")))
    ['2021-02-03', '2021-03-02']
    """
    if ISO.match(text):
        found = _assemble(ISO.match(text))
        return {found} if found else set()
    readings = {_read_by(text, form) for form in forms}
    return {reading for reading in readings if reading is not None}


def _read_by(text: str, form: str) -> str | None:
    if form == SERIAL_STYLE:
        return _read_serial(text)
    return _assemble(_pattern(form).fullmatch(text))


@cache
def _pattern(form: str) -> re.Pattern[str]:
    """Return the pattern of a form."""
    parts, end = [], 0
    for token in TOKEN.finditer(form):
        parts += [re.escape(form[end : token.start()]), TOKENS[token[0]]]
        end = token.end()
    return re.compile("".join([*parts, re.escape(form[end:])]), re.IGNORECASE)


def _read_serial(text: str) -> str | None:
    if not SERIAL.match(text):
        return None
    day = float(text)
    inside = SERIAL_RANGE[0] <= day < SERIAL_RANGE[1]
    return (SERIAL_DAY_0 + timedelta(days=int(day))).isoformat() if inside else None


def _assemble(match: re.Match[str] | None) -> str | None:
    """Put the parts of a date together; None when there is no such day."""
    if match is None:
        return None
    parts = {name: value for name, value in match.groupdict().items() if value is not None}
    if "B" in parts and not _is_month(parts["B"]):
        return None
    year = _year(parts)
    month, day = _month(parts), _number(parts.get("D"))
    if month is None or (day is None and "D" not in parts):
        whole = year if month is None else f"{year}-{month:02}"
        return whole if month is None or 1 <= month <= 12 else None
    if day is None:
        return f"{year}-{month:02}" if 1 <= month <= 12 else None
    try:
        iso = date(int(year), month, day).isoformat()
    except ValueError:
        return None
    return iso + _clock(parts)


def _year(parts: dict[str, str]) -> str:
    if "Y" in parts:
        return parts["Y"]
    return f"20{parts['y20']}" if "y20" in parts else f"19{parts['y19']}"


def _is_month(text: str) -> bool:
    """Whether a text names a month, or says that it is unknown."""
    is_unknown = re.fullmatch(UNKNOWN_PART, text, re.IGNORECASE) is not None
    return is_unknown or text.lower().rstrip(".") in MONTHS


def _month(parts: dict[str, str]) -> int | None:
    if "B" in parts:
        return MONTHS.get(parts["B"].lower().rstrip("."))
    return _number(parts.get("M"))


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isdigit() and int(text) else None


def _clock(parts: dict[str, str]) -> str:
    """Return the time of day as ISO 8601 has it; midnight is no time."""
    if "h" not in parts or "m" not in parts:
        return ""
    clock = f"{int(parts['h']):02}:{parts['m']}" + (f":{parts['s']}" if "s" in parts else "")
    return "" if set(clock) <= {"0", ":"} else f"T{clock}"
