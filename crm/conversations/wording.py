"""A text and the answers it offers, as so many messages as the provider needs for them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from crm.conversations.rules import Rules

Option = dict[str, str]
# What WhatsApp shows bold.
BOLD = re.compile(r"(?<![\w*])\*([^\s*](?:[^*\n]*[^\s*])?)\*(?![\w*])")


@dataclass(frozen=True, slots=True)
class Part:
    """One message: its text, and the answers that stand under it ({"id", "title"})."""

    text: str
    options: tuple[Option, ...] = ()


def parts(text: str, options: Sequence[Option], rules: Rules) -> list[Part]:
    """The text in portions the provider takes; the answers go with the last one.

    Answers it cannot show as buttons or as a list are numbered in the text. One with a "url" is a
    link: alone it is a button where there are such, else it is a line of the text.
    """
    if not (rules.links and len(options) == 1):
        links = [f"{option['title']}: {option['url']}" for option in options if "url" in option]
        options = [option for option in options if "url" not in option]
        text = "\n".join([text, *links])
    if not options:
        return [Part(portion) for portion in split(text, rules.longest_text, rules)]
    if rules.answers_as(len(options)) == "numbers":
        lines = [f"{number}. {option['title']}" for number, option in enumerate(options, 1)]
        text = "\n".join([text, "", *lines])
        longest = rules.longest_text
    else:
        longest = min(rules.longest_question, rules.longest_text)
    *before, last = split(text, longest, rules)
    return [*(Part(portion) for portion in before), Part(last, tuple(options))]


def split(text: str, longest: int, rules: Rules) -> list[str]:
    """Portions of at most `longest`, cut between lines, else between words, else anywhere."""
    portions = []
    while rules.length(text) > longest:
        head = _longest_head(text, longest, rules)
        cut = max(head.rfind("\n"), 0) if head.rfind("\n") > len(head) // 2 else 0
        cut = cut or head.rfind(" ") + 1 or len(head)
        portions.append(text[:cut].rstrip())
        text = text[cut:].lstrip()
    return [*portions, text] if text or not portions else portions


def _longest_head(text: str, longest: int, rules: Rules) -> str:
    """The longest beginning that fits, and never none at all."""
    if rules.unit == "characters":
        return text[: max(longest, 1)]
    head = text.encode()[:longest].decode(errors="ignore")
    return head or text[:1]


def without_marks(text: str) -> str:
    """ "*Saldo*: 5" is "Saldo: 5", where asterisks would be shown as they are."""
    return BOLD.sub(r"\1", text)


def chosen(answer: str, options: Sequence[Option]) -> Option | None:
    """The offered answer that "2", "2." or "(2)" names; None if it names none."""
    digits = answer.strip().strip("().")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 2):
        return None
    index = int(digits) - 1
    return options[index] if 0 <= index < len(options) else None
