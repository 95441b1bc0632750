"""What a channel's provider allows. The providers themselves stand in the chatbot room."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from django.conf import settings
from django.utils.module_loading import import_string

MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class MediaRule:
    """Files of one kind: the types taken ("image/jpeg"; empty: any) and the most bytes.

    still  the most bytes of a sticker that does not move; 0: as of one that does
    """

    longest: int
    types: tuple[str, ...] = ()
    still: int = 0


@dataclass(frozen=True, slots=True)
class Rules:
    """What may be sent by a provider.

    longest_text     of one message, in `unit`s
    longest_caption  of a text beside a file; 0: a file and a text need two messages
    longest_question of a text with answers to tap on
    bold             whether words between asterisks are shown bold
    links            whether an address can stand on a button
    buttons, rows    how many answers fit as buttons, as rows of a list; 0: no such thing
    window           how long after the person's last message free text is taken; None: for ever
    writes_first     whether somebody who never wrote can be written to
    per_second       messages of the whole channel
    per_second_beside_phone  the same, if the account is used on a phone as well; 0: no less
    pair_seconds     one message to one person in so many seconds, after a burst of `pair_burst`
    group_seconds    the same for a group, after as many at once; 0: as for one person
    media            by message kind; a kind that is missing cannot be sent
    reports          whether statuses or echoes tell what became of a message
    card_proves      whether somebody proves their number by sharing the card of themselves
    """

    longest_text: int = 4096
    unit: Literal["characters", "bytes"] = "characters"
    longest_caption: int = 1024
    longest_question: int = 1024
    bold: bool = False
    links: bool = False
    buttons: int = 0
    rows: int = 0
    window: timedelta | None = None
    writes_first: bool = True
    templates: bool = False
    per_second: float = 30
    per_second_beside_phone: int = 0
    pair_seconds: float = 0
    pair_burst: int = 1
    group_seconds: float = 0
    media: Mapping[str, MediaRule] = field(default_factory=dict)
    reports: bool = True
    card_proves: bool = False

    def length(self, text: str) -> int:
        """How long the provider takes this text to be."""
        return len(text.encode()) if self.unit == "bytes" else len(text)

    def seconds_between(self, *, in_group: bool) -> float:
        """How far apart messages to one person, or to one group, are after the first few."""
        return (self.group_seconds if in_group else 0) or self.pair_seconds

    def answers_as(self, number: int) -> Literal["buttons", "list", "numbers"]:
        """How `number` offered answers are shown."""
        if number <= self.buttons:
            return "buttons"
        return "list" if number <= self.rows else "numbers"


def rules_of(provider: str) -> Rules:
    """The rules of a provider by its slug; careful ones for a provider nobody knows."""
    found: Callable[[str], Rules] = import_string(settings.CHANNEL_RULES)
    return found(provider)
