"""Read a page without a browser: its elements, addresses and words."""

from html.parser import HTMLParser

VOID = {"meta", "br", "hr", "img", "input", "link", "wbr"}


class PageReader(HTMLParser):
    """Collect elements with their attributes, the words outside scripts, and bad nesting."""

    def __init__(self, page: str):
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str], int]] = []
        self.words: list[str] = []
        self.raw: dict[str, list[str]] = {"script": [], "style": []}
        self.badly_nested: list[str] = []
        self._path: list[str] = []
        self.feed(page)
        self.close()
        self.badly_nested += self._path

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {k: v or "" for k, v in attrs}, len(self._path)))
        if tag not in VOID:
            self._path.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {k: v or "" for k, v in attrs}, len(self._path)))

    def handle_endtag(self, tag: str) -> None:
        if not self._path or self._path.pop() != tag:
            self.badly_nested.append(tag)

    def handle_data(self, data: str) -> None:
        inside = self._path[-1] if self._path else ""
        self.raw.get(inside, self.words).append(data)

    def attributes(self, name: str) -> list[str]:
        """Return the values of one attribute over all elements, in order."""
        return [attrs[name] for _, attrs, _ in self.elements if name in attrs]

    def text(self) -> str:
        """Return the words that a reader sees, spaces joined."""
        return " ".join("".join(self.words).split())

    def outline(self, tags: set[str]) -> str:
        """Return one line per element of these tags: depth, tag, id, class, state."""
        lines = []
        for tag, attrs, depth in self.elements:
            if tag in tags:
                name = f"#{attrs['id']}" if "id" in attrs else ""
                kind = "".join(f".{part}" for part in attrs.get("class", "").split())
                state = " open" if "open" in attrs else ""
                lines.append(f"{'  ' * depth}{tag}{name}{kind}{state}")
        return "\n".join(lines) + "\n"
