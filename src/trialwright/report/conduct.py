"""What the report shows of the conduct: screening, schedule, exposure by agent."""

from trialwright.analyze.dosing import DosingResult
from trialwright.analyze.schedule import ScheduleResult
from trialwright.analyze.screening import ScreeningResult
from trialwright.core.result import Result
from trialwright.report.blocks import Block, Paragraph, TableBlock
from trialwright.report.sentences.schedule import tell_schedule
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


def describe_dosing(result: Result | None) -> list[Block]:
    """Return the tables of occasions and of why each agent ended."""
    if not isinstance(result, DosingResult) or not result.agents:
        return []
    return [TableBlock(result.table()), TableBlock(result.ends_table())]


def describe_schedule(result: Result | None) -> list[Block]:
    """Return the schedule's sentence and tables; nothing where nothing is planned."""
    if not isinstance(result, ScheduleResult) or not result.lines:
        return []
    blocks: list[Block] = [Paragraph(tell_schedule(result)), TableBlock(result.table())]
    if result.deviations.height:
        blocks.append(TableBlock(result.deviations_table()))
    return blocks
