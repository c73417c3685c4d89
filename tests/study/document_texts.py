"""The words of the report's forms, so that tests can compare what they say."""

import html
import re
from pathlib import Path

TAGS = re.compile(r"<[^>]+>")
NOT_SHOWN = re.compile(r"<(script|style|svg)\b.*?</\1>", re.DOTALL)
# Padding that is not seen, and places where a line may break.
UNSEEN = dict.fromkeys(map(ord, "\u200b\u2060\u2007\u2008\u00ad\ufffe\x02\ufeff"), None)


def squeeze(text: str) -> str:
    """Take away all blanks, so that breaks of lines and cells do not count."""
    return re.sub(r"\s+", "", text.translate(UNSEEN))


def read_html(path: Path) -> str:
    """Return the words of a page without drawings and scripts."""
    page = NOT_SHOWN.sub(" ", path.read_text(encoding="utf-8"))
    return squeeze(html.unescape(TAGS.sub(" ", page)))


def read_pdf_pages(content: bytes) -> list[str]:
    """Return the text of each page, header and footer included."""
    import pypdfium2

    document = pypdfium2.PdfDocument(content)
    try:
        return [page.get_textpage().get_text_bounded() for page in document]
    finally:
        document.close()


def read_docx(path: Path) -> str:
    """Return the words of a document's body in reading order."""
    import docx

    body = docx.Document(str(path)).element.body
    return squeeze("".join(item.text or "" for item in body.iter() if item.tag.endswith("}t")))


def read_rtf(path: Path) -> str:
    """Return the words of an RTF file without its control words."""
    text = path.read_text(encoding="ascii")
    text = re.sub(r"\\u(-?\d+)\?", lambda found: chr(int(found[1]) % 65536), text)
    text = re.sub(r"\\([{}\\])", lambda found: chr(0xE000 + ord(found[1])), text)
    words = re.sub(r"\\[a-z]+-?\d* ?|[{}]", "", text)
    return squeeze("".join(chr(ord(c) - 0xE000) if 0xE000 <= ord(c) < 0xE100 else c for c in words))
