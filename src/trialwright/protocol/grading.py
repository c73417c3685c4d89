"""How adverse events and laboratory values are graded."""

from enum import Enum


class Grading(Enum):
    """Which variable grades an adverse event."""

    AETOXGR = "AETOXGR"
    AESEV = "AESEV"


class LabUnits(Enum):
    """Units of the laboratory values."""

    SI = "SI"
    US = "US"  # conventional units of the United States
