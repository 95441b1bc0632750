"""A page of docs/ as one of the desk's."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe
from markdown import Markdown

EXTENSIONS = ("fenced_code", "sane_lists", "tables", "toc")


def read(name: str) -> str:
    """The page's Markdown. FileNotFoundError if this installation came without it."""
    return (Path(settings.BASE_DIR) / "docs" / name).read_text("utf-8")


def rendered(text: str) -> SafeString:
    """As HTML; HTML that stands in the text is shown, not obeyed."""
    page = Markdown(extensions=EXTENSIONS)
    page.preprocessors.deregister("html_block")
    page.inlinePatterns.deregister("html")
    return mark_safe(page.convert(text))
