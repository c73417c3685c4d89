"""Every exception of the package, and the finding that a check reports."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Self


class TrialwrightError(Exception):
    """Base of everything that a user may see; its text says where, what and what to do."""


class DesignError(TrialwrightError):
    """A design, or a question about one, that is impossible."""


class EstimateError(TrialwrightError):
    """Numbers from which an estimate cannot be made."""


class StudyError(TrialwrightError):
    """A study directory, a step or a result that is not there or not usable."""


class NotRecordedError(TrialwrightError):
    """A question that the recorded data do not answer; the text says what it would need."""


class SlideError(TrialwrightError):
    """An image that cannot be opened, read or trusted as a slide of stained tissue."""


class Severity(Enum):
    """What a finding does to a run."""

    BLOCK = "block"
    WARN = "warn"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as declared: where, what was found, what was expected, what to do.

    `row` is the line that a spreadsheet shows for CSV files (the header is row 1), and the number
    of the record, from 1, for SAS transport and Parquet files. `where` holds keys beside the
    subject, such as "VISITNUM 3"; `sheet` is that of a workbook.
    """

    rule: str
    severity: Severity
    file: str
    found: str
    expected: str
    action: str
    row: int | None = None
    column: str | None = None
    subject: str | None = None
    where: str | None = None
    sheet: str | None = None

    @property
    def message(self) -> str:
        """The finding as one sentence for the person who has the file open."""
        keys = ", ".join(
            part for part in (f"USUBJID {self.subject}" if self.subject else "", self.where) if part
        )
        place = f"{self.file}, sheet {self.sheet}," if self.sheet else self.file
        if self.row is not None:
            place += f" {'line' if self.file.endswith(('.yaml', '.yml')) else 'row'} {self.row}"
        place = place.removesuffix(",") if self.row is None else place
        if self.column:
            place += f", {self.column}"
        if keys:
            place += f" ({keys})"
        return f"{place}: {self.found}, expected {self.expected}. {self.action} [{self.rule}]"

    def as_dict(self) -> dict[str, str | int | None]:
        """Return the finding under the keys that scripts rely on."""
        return {
            "rule": self.rule,
            "severity": self.severity.value,
            "file": self.file,
            "sheet": self.sheet,
            "row": self.row,
            "column": self.column,
            "subject": self.subject,
            "message": self.message,
        }


class FindingsError(TrialwrightError):
    """Findings that block, all of them at once."""

    def __init__(self, findings: Sequence[Finding]):
        self.findings = tuple(findings)
        super().__init__("\n".join(finding.message for finding in self.findings))

    @classmethod
    def of_blocking(cls, findings: Iterable[Finding]) -> Self:
        """Return the error of those findings that block."""
        return cls([finding for finding in findings if finding.severity is Severity.BLOCK])

    def __reduce__(self) -> tuple[type["FindingsError"], tuple[tuple[Finding, ...]]]:
        """Come whole out of a worker process: an exception is else made again from its text."""
        return type(self), (self.findings,)


class ProtocolError(FindingsError):
    """A protocol that cannot be read as one."""


class DataError(FindingsError):
    """Recorded data that cannot be used as they are."""
