"""Every rule that a protocol is checked by."""

from collections.abc import Mapping
from types import MappingProxyType

RULES: Mapping[str, str] = MappingProxyType(
    {
        "PROTOCOL-FILE": "The protocol is a file that can be read, in UTF-8.",
        "PROTOCOL-SYNTAX": "The protocol is one YAML 1.2 document made of keys, values and lists. "
        "A section that cannot be read is left out, and the others are checked all the same.",
        "PROTOCOL-UNKNOWN-KEY": "Every key is one that the reference lists. A misspelt key would "
        "otherwise leave a default in force unnoticed.",
        "PROTOCOL-DUPLICATE-KEY": "A key stands once in its group. Of two, one would win silently.",
        "PROTOCOL-DUPLICATE-NAME": "Arms, agents, visits, endpoints and baseline characteristics "
        "have names of their own.",
        "PROTOCOL-TYPE": "A value is of the kind its key takes: number, date, yes or no, text, "
        "list or group of keys.",
        "PROTOCOL-MISSING": "Every key without a default is given.",
        "PROTOCOL-VALUE": "A value is one of those its key allows, or lies within its limits.",
        "PROTOCOL-REFERENCE": "What is named elsewhere exists: populations, visits, agents, arms, "
        "endpoints and files.",
        "PROTOCOL-CONFLICT": "Two statements of the protocol do not contradict each other.",
        "PROTOCOL-ASSUMED": "A path under `assumed` points at a key of the protocol.",
        "PROTOCOL-SD-MINIMUM": "Stable disease as best response is within reach of a first "
        "assessment that is as early as its window allows. Otherwise a patient who was scanned on "
        "time has no best response.",
        "DESIGN-BOUNDS": "The bounds of a two-stage design can be met: r1 < n1 < n, r1 <= r < n, "
        "p0 < p1.",
        "DESIGN-REFERENCE": "The rates p0 and p1 belong to the time of the endpoint. Rates that "
        "were published for another time make another trial.",
    }
)
"""Rule id to explanation."""

WARNINGS: frozenset[str] = frozenset({"PROTOCOL-SD-MINIMUM", "DESIGN-REFERENCE"})
"""Rules that warn, unless `checks` says otherwise. All others block, whatever `checks` says."""
