"""A page of docs/ as one of the desk's: just the Markdown that our own pages are written in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify

_INLINE = re.compile(
    r"`(?P<code>[^`]+)`|\*\*(?P<strong>.+?)\*\*|\*(?P<em>[^*]+)\*"
    r"|\[(?P<words>[^\]]+)\]\(#(?P<place>[^)\s]+)\)"
)
_RULE = re.compile(r"^\|[-| ]+\|$")


def read(name: str) -> str:
    """The page's Markdown. FileNotFoundError if this installation came without it."""
    return (Path(settings.BASE_DIR) / "docs" / name).read_text("utf-8")


def rendered(text: str) -> SafeString:
    """As HTML; what stands in the text is escaped, whatever it is."""
    return mark_safe("\n".join(_blocks(text.splitlines())))  # escaped piece by piece


def _blocks(lines: list[str]) -> Iterator[str]:
    while lines:
        first = lines[0]
        if not first.strip():
            lines = lines[1:]
        elif first.startswith("```"):
            taken, lines = _until(lines[1:], lambda line: line.startswith("```"))
            lines = lines[1:]
            yield f'<pre tabindex="0"><code>{escape(chr(10).join(taken))}</code></pre>'
        elif first.startswith("#"):
            yield _heading(first)
            lines = lines[1:]
        elif first.startswith("|"):
            taken, lines = _until(lines, lambda line: not line.startswith("|"))
            yield _table(taken)
        else:
            taken, lines = _until(lines, _ends_paragraph)
            yield _list(taken) if first.startswith("- ") else f"<p>{_inline(_joined(taken))}</p>"


def _until(lines: list[str], ends: Callable[[str], bool]) -> tuple[list[str], list[str]]:
    number = next((n for n, line in enumerate(lines) if ends(line)), len(lines))
    return lines[:number], lines[number:]


def _ends_paragraph(line: str) -> bool:
    return not line.strip() or line.startswith(("```", "#", "|"))


def _joined(lines: list[str]) -> str:
    return " ".join(line.strip() for line in lines)


def _heading(line: str) -> str:
    marks, _space, words = line.partition(" ")
    level = min(len(marks), 4)
    return f'<h{level} id="{slugify(words)}">{_inline(words)}</h{level}>'


def _list(lines: list[str]) -> str:
    items: list[list[str]] = []
    for line in lines:
        if line.startswith("- "):
            items.append([line[2:]])
        else:
            items[-1].append(line)
    return "<ul>" + "".join(f"<li>{_inline(_joined(item))}</li>" for item in items) + "</ul>"


def _table(lines: list[str]) -> str:
    rows = [_cells(line) for line in lines if not _RULE.match(line)]
    head = "".join(f'<th scope="col">{cell}</th>' for cell in rows[0])
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows[1:])
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cells(line: str) -> list[str]:
    return [_inline(cell.strip()) for cell in line.strip().strip("|").split("|")]


def _inline(text: str) -> str:
    made, at = [], 0
    for found in _INLINE.finditer(text):
        made += [escape(text[at : found.start()]), _marked(found)]
        at = found.end()
    return "".join([*made, escape(text[at:])])


def _marked(found: re.Match[str]) -> str:
    if words := found["words"]:
        return f'<a href="#{escape(found["place"])}">{escape(words)}</a>'
    name = str(found.lastgroup)
    return f"<{name}>{escape(found[name])}</{name}>"
