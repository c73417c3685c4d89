"""What the report shows of the conduct: screening, schedule, exposure by agent."""

from trialwright.analyze.screening import ScreeningResult
from trialwright.core.result import Result
from trialwright.report.blocks import Block, Paragraph, TableBlock
from trialwright.report.sentences.screening import tell_lymphoid, tell_screening


def describe_screening(result: Result | None) -> list[Block]:
    """Return the screening's sentences and tables; nothing without eligibility rules."""
    if not isinstance(result, ScreeningResult):
        return []
    blocks: list[Block] = [Paragraph(tell_screening(result)), TableBlock(result.table())]
    if result.lymphoid:
        blocks += [Paragraph(tell_lymphoid(result)), TableBlock(result.lymphoid_table())]
    if result.ineligible.height:
        blocks.append(TableBlock(result.ineligible_table()))
    if result.cases.height:
        blocks.append(TableBlock(result.cases_table()))
    return blocks
