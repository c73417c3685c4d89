"""The look of each paragraph style of a Word file: type and spacing in points."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Look:
    """Size and spacing of a style; one that `keeps` stays on the page of what follows."""

    size_pt: float
    before_pt: float = 0.0
    after_pt: float = 0.0
    is_bold: bool = False
    is_quiet: bool = False
    is_running: bool = False
    keeps: bool = False
    indent_pt: float = 0.0


LOOKS: Mapping[str, Look] = {
    "Normal": Look(9.5),
    "Body Text": Look(9.5, 0, 5, is_running=True),
    "List Bullet": Look(9.5, 0, 3, is_running=True),
    "Title": Look(22, 0, 4, is_bold=True),
    "Subtitle": Look(11, 0, 14, is_quiet=True),
    "Heading 1": Look(15, 20, 8, is_bold=True, keeps=True),
    "Heading 2": Look(12, 14, 6, is_bold=True, keeps=True),
    "Heading 3": Look(10.5, 12, 5, is_bold=True, keeps=True),
    "Patient": Look(12, 0, 5, is_bold=True, keeps=True),
    "TOC Heading": Look(12, 14, 6, is_bold=True, keeps=True),
    "TOC 1": Look(9.5, 0, 3),
    "TOC 2": Look(9.5, 0, 3, indent_pt=14),
    "Caption": Look(8.5, 6, 5, is_running=True),
    "Figure": Look(9.5, 8, 2, keeps=True),
    "Fact Label": Look(9, 2.5, 2.5, is_quiet=True),
    "Fact": Look(9, 2.5, 2.5),
    "Answer": Look(11.5, 3, 3, is_bold=True),
    "Table Text": Look(8, 1.7, 1.3),
    "Table Small": Look(7, 1.6, 1.2),
    "Note": Look(7.5, 2, 0, is_quiet=True),
    "Gap": Look(5, 0, 6),
    "Header": Look(7, is_quiet=True),
    "Footer": Look(7, is_quiet=True),
}
"""Every style in use; those that Word does not bring are made from Normal."""
