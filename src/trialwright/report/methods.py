"""The methods section: every endpoint's estimand, every setting, every assumption."""

from trialwright.core.table import Row, Table, make_table, row
from trialwright.protocol.estimands import Endpoint
from trialwright.protocol.model import Protocol
from trialwright.report.blocks import Block, Section, SettingsBlock, TableBlock


def describe_methods(protocol: Protocol, settings: SettingsBlock) -> Section:
    """Return estimands, assumptions and all settings in force."""
    blocks: list[Block] = []
    if protocol.endpoints.all:
        blocks.append(TableBlock(_estimands(protocol)))
    if protocol.assumed:
        rows = [row(path, reason) for path, reason in protocol.assumed.items()]
        title = "Assumptions: what the trial's own papers do not say"
        blocks.append(
            TableBlock(make_table("assumptions", title, ("Key", "Assumed because"), rows))
        )
    blocks.append(settings)
    return Section("methods", "Methods", tuple(blocks))


def _estimands(protocol: Protocol) -> Table:
    rows = [_estimand_row(endpoint) for endpoint in protocol.endpoints.all]
    heads = ("Endpoint", "Variable", "Population", "Intercurrent events", "Summary")
    return make_table("estimands", "Estimands", heads, rows, ["Fields of ICH E9(R1)."])


def _estimand_row(endpoint: Endpoint) -> Row:
    events = "; ".join(
        f"{event.value.replace('_', ' ')}: {strategy.value}"
        for event, strategy in endpoint.intercurrent.items()
    )
    return row(
        endpoint.id,
        endpoint.variable,
        endpoint.population,
        events or "none declared",
        endpoint.summary,
    )
