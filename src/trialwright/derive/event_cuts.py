"""Kinds of adverse events that have a table of their own."""

from enum import Enum


class EventCut(Enum):
    """Which adverse events a table by term counts, by their kind in the overview."""

    ALL = "any"
    RELATED = "related"
    SERIOUS = "serious"
    WITHDRAWN = "withdrawn"

    @property
    def result_id(self) -> str:
        """Id of the result."""
        return "ae_terms" if self is EventCut.ALL else f"ae_{self.value}_terms"

    @property
    def title(self) -> str:
        """Title of the table."""
        return {
            "any": "Adverse events by term and worst grade",
            "related": "Adverse events related to a study treatment, by term and worst grade",
            "serious": "Serious adverse events by term and worst grade",
            "withdrawn": "Adverse events that led to the end of a treatment, by term",
        }[self.value]

    @property
    def nobody(self) -> str:
        """What a table says that has no term."""
        kind = {
            "any": "treatment-emergent adverse event",
            "related": "treatment-emergent adverse event related to a study treatment",
            "serious": "serious treatment-emergent adverse event",
            "withdrawn": "treatment-emergent adverse event that led to the end of a treatment",
        }[self.value]
        return f"No {kind} was recorded."
