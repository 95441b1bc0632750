"""What the page of intents shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.functional import Promise

from chatbot.intents.detecting import detect
from chatbot.intents.examples import struck_out
from chatbot.intents.heard import UNKNOWN, Heard
from chatbot.intents.pages.forms import FileForm, SentenceForm
from chatbot.intents.pages.words import NAMES, slots_in_words
from chatbot.models import Example
from crm.people.models import User

PER_PAGE = 20


@dataclass(frozen=True, slots=True)
class Understood:
    """A sentence, read for the page. Scores are whole percents."""

    text: str
    heard: Heard

    @property
    def name(self) -> str | Promise:
        return NAMES[self.heard.intent]

    @property
    def percent(self) -> int:
        return round(100 * self.heard.score)

    @property
    def runner_up(self) -> str | Promise:
        return NAMES.get(self.heard.runner_up, "")

    @property
    def runner_up_percent(self) -> int:
        return round(100 * self.heard.runner_up_score)

    @property
    def slots(self) -> list[tuple[str, str]]:
        return slots_in_words(self.heard.slots)

    @property
    def form(self) -> FileForm:
        """To file it as an example, as what it was understood as until somebody knows better."""
        intent = self.heard.intent if self.heard.intent != UNKNOWN else ""
        return FileForm(initial={"text": struck_out(self.text), "intent": intent}, auto_id="try_%s")


@dataclass(frozen=True, slots=True)
class Row:
    """An example of the list: one that waits, with what its words mean to the bot by now."""

    example: Example
    form: FileForm | None
    understood: Understood | None
    name: str | Promise


def understood(text: str) -> Understood:
    return Understood(text, detect(text))


def context(user: User, params: QueryDict, **others: Any) -> dict[str, Any]:
    """`?show=filed` lists those that were filed; `?before=` pages by number, newest first."""
    seen = Example.objects.visible_to(user)
    filed = params.get("show") == Example.State.FILED
    rows = seen.filed() if filed else seen.waiting()
    before = params.get("before", "")
    if before.isascii() and before.isdigit() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows[: PER_PAGE + 1])
    shown = found[:PER_PAGE]
    return {
        "form": SentenceForm(),
        "shows_filed": filed,
        "rows": [_row(one, filed) for one in shown],
        "older": shown[-1].pk if len(found) > PER_PAGE else None,
        "is_older": bool(before),
        "filed_count": seen.filed().count(),
        **others,
    }


def _row(example: Example, filed: bool) -> Row:
    if filed or example.message is None:
        return Row(example, None, None, NAMES.get(example.intent, ""))
    words = example.message.text
    read = understood(words)
    guess = read.heard.intent if read.heard.intent != UNKNOWN else ""
    form = FileForm(
        initial={"text": struck_out(words), "intent": guess}, auto_id=f"e{example.pk}_%s"
    )
    return Row(example, form, read, "")
