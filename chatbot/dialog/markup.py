"""What may stand in a reply's words: values, conditions, loops and a few filters, nothing else.

The engine knows no other tag and no other filter, so that whatever an administrator writes can
reach no file and nothing of a page; `parts` tells what a text holds, as that engine reads it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from django.template import Engine, Library, Template, defaultfilters, defaulttags
from django.template.base import Lexer, Token, TokenType

FILTERS = ("date", "default", "length", "lower", "pluralize")
TAGS = frozenset(("if", "elif", "else", "endif", "for", "empty", "endfor"))
# What looks like the beginning or the end of a tag, and is none.
LOOSE = re.compile(r"{[{%#]|[}%#]}")

register = Library()
register.filters = {name: defaultfilters.register.filters[name] for name in FILTERS}
register.tags = {name: defaulttags.register.tags[name] for name in ("if", "for")}


class _Engine(Engine):
    default_builtins = [__name__]


@cache
def _engine() -> Engine:
    return _Engine()


@lru_cache(maxsize=1000)
def compiled(source: str) -> Template:
    """Ready to be rendered. TemplateSyntaxError for what may not stand in a reply."""
    return Template(source, engine=_engine())


@dataclass(frozen=True, slots=True)
class Part:
    """A value, whose tag is "", or a tag; `content` is the expression in it: of a loop what it
    goes over. `inner` are the names that the loops around it make, the outermost first."""

    tag: str
    content: str
    inner: tuple[frozenset[str], ...]


def is_loose(text: str) -> bool:
    """Whether a brace is missing somewhere."""
    tokens = Lexer(text).tokenize()
    return any(
        token.token_type == TokenType.TEXT and LOOSE.search(token.contents) for token in tokens
    )


def parts(text: str) -> list[Part]:
    """The values and tags of a text, in order; whether they fit together it does not say."""
    found: list[Part] = []
    inner: tuple[frozenset[str], ...] = ()
    for token in Lexer(text).tokenize():
        if token.token_type == TokenType.VAR:
            found.append(Part("", token.contents, inner))
        elif token.token_type == TokenType.BLOCK:
            tag, *rest = token.contents.split(None, 1) or [""]
            names, content = _loop(token) if tag == "for" else (frozenset[str](), "".join(rest))
            found.append(Part(tag, content, inner))
            inner = (*inner, names) if tag == "for" else inner[:-1] if tag == "endfor" else inner
    return found


def _loop(token: Token) -> tuple[frozenset[str], str]:
    """Of "for a, b in c": the names it makes, and what it goes over."""
    words = token.split_contents()
    at = -3 if words[-1] == "reversed" else -2
    return frozenset(re.findall(r"\w+", " ".join(words[1:at]))), words[at + 1]
