"""The parts of a report that a protocol must ask for: iRECIST, injected lesions apart."""

from trialwright.analyze.injected import InjectedResult
from trialwright.analyze.irecist import ImmuneResult
from trialwright.report.blocks import Block, TableBlock
from trialwright.report.material import Material, show, tell
from trialwright.report.sentences import efficacy, options


def list_optional_blocks(material: Material) -> list[Block]:
    """Show what a protocol may add to RECIST 1.1: iRECIST, and injected lesions apart."""
    blocks = show(material, "irecist", tell(material, "irecist", options.tell_irecist))
    immune = material.results.get("irecist")
    if isinstance(immune, ImmuneResult) and immune.progressed.height:
        blocks.append(TableBlock(immune.progressed_table()))
    blocks += show(material, "ipfs", tell(material, "ipfs", efficacy.tell_survival))
    blocks += show(material, "injected", tell(material, "injected", options.tell_injected))
    injected = material.results.get("injected")
    if isinstance(injected, InjectedResult) and injected.changes.height:
        blocks.append(TableBlock(injected.patients_table()))
    return blocks
