"""A text and the answers it offers, as so many messages as the provider needs for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crm.conversations.rules import Rules

Option = dict[str, str]


@dataclass(frozen=True, slots=True)
class Part:
    """One message: its text, and the answers that stand under it ({"id", "title"})."""

    text: str
    options: tuple[Option, ...] = ()


def parts(text: str, options: Sequence[Option], rules: Rules) -> list[Part]:
    """The text in portions the provider takes; the answers go with the last one.

    Answers it cannot show as buttons or as a list are numbered in the text.
    """
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


def chosen(answer: str, options: Sequence[Option]) -> Option | None:
    """The offered answer that "2", "2." or "(2)" names; None if it names none."""
    digits = answer.strip().strip("().")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 2):
        return None
    index = int(digits) - 1
    return options[index] if 0 <= index < len(options) else None
