"""How well the detector does on a part of the corpus."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from chatbot.intents.detecting import detect
from chatbot.intents.heard import UNKNOWN
from chatbot.intents.hearing import corpus


@dataclass(frozen=True, slots=True)
class Evaluation:
    """`missed` and `false_hits` are (what it is, what it was taken for, the words)."""

    asked: Counter[str]
    missed: list[tuple[str, str, str]]
    off_topic: int
    false_hits: list[tuple[str, str, str]]

    @property
    def accuracy(self) -> float:
        """Of what is about an intent, the share understood as that."""
        return 1 - len(self.missed) / max(self.asked.total(), 1)

    @property
    def false_share(self) -> float:
        """Of what is about none, the share taken for one."""
        return len(self.false_hits) / max(self.off_topic, 1)

    def accuracies(self) -> dict[str, float]:
        wrong = Counter(intent for intent, _heard, _text in self.missed)
        return {one: 1 - wrong[one] / times for one, times in sorted(self.asked.items())}

    def confusion(self) -> list[tuple[str, str, int]]:
        """(what it is, what it was taken for, how often), the most frequent first."""
        pairs = Counter((one, other) for one, other, _text in [*self.missed, *self.false_hits])
        return sorted(((*pair, times) for pair, times in pairs.items()), key=_often_first)


def _often_first(row: tuple[str, str, int]) -> tuple[int, str, str]:
    return -row[2], row[0], row[1]


def evaluate(part: str) -> Evaluation:
    on_topic, off_topic = corpus.part(part)
    return Evaluation(
        asked=Counter(intent for intent, _text in on_topic),
        missed=list(_wrong(on_topic)),
        off_topic=len(off_topic),
        false_hits=list(_wrong([(UNKNOWN, text) for _label, text in off_topic])),
    )


def _wrong(examples: list[corpus.Example]) -> Iterator[tuple[str, str, str]]:
    for intent, text in examples:
        heard = detect(text).intent
        if heard != intent:
            yield intent, heard, text
