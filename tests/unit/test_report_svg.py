"""Drawings made part of a page."""

import re

import pytest

from trialwright.core.errors import StudyError
from trialwright.report.svg import embed_svg

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'


def embed(body: str, attributes: str = 'width="85.5pt" height="40pt"') -> str:
    return embed_svg(f"{HEAD} {attributes}>{body}</svg>", "figure-a", "Name", "12 of 14 & more")


def test_ids_and_everything_that_points_at_them_are_renamed_together() -> None:
    page = embed(
        '<defs><clipPath id="c"/><path id="m"/></defs><use xlink:href="#m"/>'
        '<g clip-path="url(#c)" style="fill: url(#c)"/>'
    )
    assert 'id="figure-a--c"' in page
    assert 'href="#figure-a--m"' in page
    assert 'clip-path="url(#figure-a--c)"' in page
    assert 'style="fill: url(#figure-a--c)"' in page
    assert not re.search(r"#[cm]\b", page)


def test_styles_hold_inside_the_drawing_only() -> None:
    page = embed("<style>@font-face {src: none} /* x */ *, .a text{fill: red} #m{r: 1}</style>")
    rules = page[page.index("<style>") + 7 : page.index("</style>")].splitlines()
    assert rules == [
        "#figure-a--own-svg *, #figure-a--own-svg .a text {fill: red}",
        "#figure-a--own-svg #figure-a--m {r: 1}",
    ]


def test_nothing_leads_out_of_the_page() -> None:
    page = embed(
        "<!-- note --><metadata>https://example.org</metadata><script>alert(1)</script>"
        '<a xlink:href="https://example.org"><text onclick="alert(1)">t</text></a>'
        '<image href="http://example.org/i.png"/><rect fill="url(https://example.org/p)"/>'
        '<image href="data:image/png;base64,AA=="/>'
        '<sodipodi:x xmlns:sodipodi="http://sodipodi.example/x"/>'
    )
    assert "example" not in page
    assert "alert" not in page
    assert "sodipodi" not in page
    assert 'href="data:image/png;base64,AA=="' in page


def test_drawing_is_an_image_with_a_name_and_a_description() -> None:
    page = embed('<title>old</title><g id="title"/><use href="#title"/><g id="unused"/>')
    assert page.startswith("<svg ")
    assert 'viewBox="0 0 85.5 40"' in page
    assert 'role="img" aria-labelledby="figure-a--own-title"' in page
    assert '<title id="figure-a--own-title">Name</title>' in page
    assert '<desc id="figure-a--own-desc">12 of 14 &amp; more</desc>' in page
    assert "old" not in page
    assert "unused" not in page
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("width", "least"),
    [("510.24pt", "459pt"), ("180mm", "459pt"), ("340.16pt", None), ("100%", None)],
)
def test_a_wide_drawing_says_how_narrow_it_may_become(width: str, least: str | None) -> None:
    page = embed_svg(f'{HEAD} width="{width}" height="90pt"/>', "figure-a", "Name", "")
    assert re.findall(r"--least: (\w+)", page) == ([least] if least else [])


def test_declared_view_box_is_kept() -> None:
    assert 'viewBox="0 0 9 9"' in embed("", 'viewBox="0 0 9 9"')


@pytest.mark.parametrize("text", ["<p>no drawing</p>", "not markup", ""])
def test_what_is_not_a_drawing_is_named(text: str) -> None:
    with pytest.raises(StudyError, match=r"Figure 'Name': .*, expected an SVG document\. Draw it"):
        embed_svg(text, "figure-a", "Name", "")
