"""The structure of the report's page, from a made-up document with every kind of block.

The outline is `report_page.txt`; change it by hand, with the reason in the commit.
"""

import runpy
from pathlib import Path

from trialwright.report.html import render_html

HERE = Path(__file__).parent
TAGS = {
    "header", "nav", "main", "section", "footer", "h1", "h2", "h3", "h4", "dl", "figure",
    "figcaption", "table", "thead", "tfoot", "details", "summary", "svg", "script", "style",
}  # fmt: skip


def test_page_has_the_structure_on_file() -> None:
    sample = runpy.run_path(str(HERE / "report_sample.py"))
    reader = runpy.run_path(str(HERE / "page_reader.py"))["PageReader"]
    page = reader(render_html(sample["build_document"](2), sample["build_evidence"](2)))
    expected = (HERE / "report_page.txt").read_text(encoding="utf-8")
    assert page.outline(TAGS) == expected
