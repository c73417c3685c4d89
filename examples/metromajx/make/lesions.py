"""Where the tumors are: invented lesions at places where these sarcomas grow.

One letter per reader, in the order investigator, radiologist 1, radiologist 2: T takes the lesion
as a target, N as a non-target, - did not list it. The number stays with the lesion whoever reads
it, so T03 of one reader and NT03 of another are the same tumor.
"""

from dataclasses import dataclass

READERS = ("INV", "R1", "R2")


@dataclass(frozen=True, slots=True)
class Lesion:
    """A tumor at baseline, with its size in mm as the accepted reader measured it."""

    number: int
    location: str
    laterality: str
    size_mm: float
    roles: str
    is_node: bool = False
    is_injected: bool = False

    def role(self, reader: str) -> str:
        """Return T, N or - for one reader.

        Parameters
        ----------
        reader : str
            INV, R1 or R2.

        Returns
        -------
        str
            The reader's letter.
        """
        return self.roles[READERS.index(reader)]

    def identifier(self, reader: str) -> str:
        """Return what the reader calls the lesion.

        Parameters
        ----------
        reader : str
            INV, R1 or R2.

        Returns
        -------
        str
            T01 or NT01.
        """
        return f"{'T' if self.role(reader) == 'T' else 'NT'}{self.number:02d}"


# number | location | side | mm | roles | N node, I injected
LESIONS_TEXT = {
    "MJX-01": """
        1 | RETROPERITONEUM | | 62.4 | TTT | I
        2 | LIVER | | 24.8 | TTT |
        3 | LUNG | RIGHT | 12.8 | TTN |
        4 | PERITONEUM | | 15.0 | NNN |""",
    "MJX-02": """
        1 | THIGH | LEFT | 45.2 | TTT | I
        2 | RETROPERITONEUM | | 30.3 | TTT |
        3 | CHEST WALL | RIGHT | 14.5 | TTT |
        4 | INGUINAL LYMPH NODE | LEFT | 12.0 | NNN | N""",
    "MJX-03": """
        1 | LUNG | LEFT | 22.6 | TTT |
        2 | LUNG | RIGHT | 17.4 | TTN |
        3 | ABDOMINAL WALL | | 30.0 | TTT | I
        4 | LIVER | | 13.5 | NNT |""",
    "MJX-04": """
        1 | PELVIS | | 44.7 | TTT | I
        2 | LUNG | LEFT | 21.3 | TTT |
        3 | LUNG | RIGHT | 15.8 | TTT |
        4 | INGUINAL LYMPH NODE | RIGHT | 18.2 | TNT | N""",
    "MJX-05": """
        1 | THIGH | RIGHT | 58.0 | TTT | I
        2 | LUNG | RIGHT | 22.0 | TTT |
        3 | INGUINAL LYMPH NODE | RIGHT | 13.0 | NNN | N
        4 | PLEURA | RIGHT | 20.0 | NNN |""",
    "MJX-06": """
        1 | PELVIS | | 52.3 | TTT |
        2 | ABDOMINAL WALL | | 27.7 | TTT | I
        3 | LUNG | LEFT | 18.6 | TTT |
        4 | LUNG | RIGHT | 11.4 | TTN |
        5 | PERITONEUM | | 17.0 | NNN |""",
    "MJX-07": """
        1 | LUNG | LEFT | 20.0 | TTT |
        2 | THIGH | LEFT | 26.0 | NNN | I
        3 | LUNG | RIGHT | 8.0 | NNN |""",
    "MJX-08": """
        1 | FOREARM | LEFT | 41.2 | TTT | I
        2 | AXILLARY LYMPH NODE | LEFT | 18.8 | TTT | N
        3 | UPPER ARM | LEFT | 14.0 | NNN |""",
    "MJX-09": """
        1 | SCALP | | 46.0 | TTT | I
        2 | CERVICAL LYMPH NODE | RIGHT | 18.0 | TTT | N
        3 | LUNG | RIGHT | 14.0 | TTT |
        4 | SKIN | RIGHT | 22.0 | TTN |
        5 | LUNG | LEFT | 9.0 | NNN |""",
    "MJX-10": """
        1 | RETROPERITONEUM | | 66.0 | TTT |
        2 | LIVER | | 31.0 | TTT |
        3 | LIVER | | 23.0 | TTN |
        4 | BACK | LEFT | 20.0 | TTT | I
        5 | LUNG | LEFT | 10.0 | NTN |
        6 | BONE | | 25.0 | NNN |""",
    "MJX-11": """
        1 | CHEST WALL | RIGHT | 54.0 | TTT | I
        2 | LUNG | RIGHT | 26.0 | TTT |
        3 | LUNG | LEFT | 20.0 | TTT |
        4 | PLEURA | RIGHT | 12.0 | NNN |""",
    "MJX-12": """
        1 | LIVER | | 42.5 | TTT |
        2 | LIVER | | 17.5 | TNT |
        3 | BUTTOCK | RIGHT | 30.0 | TTT | I""",
    "MJX-13": """
        1 | SKIN | LEFT | 33.0 | TTT | I
        2 | LIVER | | 27.0 | TNT |
        3 | SPLEEN | | 24.0 | NTN |""",
    "MJX-14": """
        1 | PELVIS | | 57.0 | TTT |
        2 | LUNG | LEFT | 13.0 | TTT |
        3 | ABDOMINAL WALL | | 20.0 | TTT | I
        4 | PERITONEUM | | 14.0 | NNN |""",
    "MJX-15": """
        1 | LUNG | LEFT | 24.0 | TTT |
        2 | THIGH | RIGHT | 36.0 | TTT | I""",
}


def read_lesions(subject: str) -> list[Lesion]:
    """Read one patient's lesions from the table above.

    Parameters
    ----------
    subject : str
        USUBJID.

    Returns
    -------
    list of Lesion
        In the order of their numbers.
    """
    lesions = []
    for line in LESIONS_TEXT[subject].strip().splitlines():
        number, location, side, size, roles, flags = (cell.strip() for cell in line.split("|"))
        lesion = Lesion(int(number), location, side, float(size), roles, "N" in flags, "I" in flags)
        lesions.append(lesion)
    return lesions
