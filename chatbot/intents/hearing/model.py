"""The trained classifier: features with a weight for each intent, added up.

A row of weights is a string of bytes, one for each intent, 128 standing for none: adding columns
of bytes up is quick in Python, and the whole fits in a small file.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import exp
from pathlib import Path

from chatbot.intents.hearing.features import corrected, features_of
from chatbot.intents.hearing.lexicon import typos_of

FILE = Path(__file__).parent / "model.bin"
ZERO = 128
# The feature every message has: how likely an intent is before a word is read.
EVERY = "*"


@dataclass(frozen=True, slots=True)
class Model:
    """`scale` is what one step of a byte is worth; `made_from` names what it was trained on."""

    labels: tuple[str, ...]
    rows: Mapping[str, bytes]
    known: frozenset[str]
    typos: Mapping[str, str]
    scale: float
    made_from: str

    def ranked(self, words: list[str], asks: bool) -> list[tuple[float, str]]:
        """(probability, intent) of the intents, the likeliest first."""
        words = corrected(words, self.known, self.typos)
        rows = [self.rows[one] for one in features_of(words, self.known, asks) if one in self.rows]
        rows.append(self.rows[EVERY])
        zero, scale = ZERO * len(rows), self.scale
        scores = [(sum(column) - zero) * scale for column in zip(*rows, strict=True)]
        most = max(scores)
        shares = [exp(score - most) for score in scores]
        total = sum(shares)
        return sorted(
            ((share / total, label) for share, label in zip(shares, self.labels, strict=True)),
            reverse=True,
        )


def packed(model: Model) -> bytes:
    """The model as a file: the head as JSON, the features a line each, the rows of bytes."""
    head = {
        "labels": model.labels,
        "known": sorted(model.known),
        "scale": model.scale,
        "made_from": model.made_from,
    }
    names = sorted(model.rows)
    text = "\n".join([json.dumps(head, ensure_ascii=True), *names]).encode()
    return zlib.compress(text + b"\n\n" + b"".join(model.rows[one] for one in names), 9)


def unpacked(data: bytes) -> Model:
    text, _blank, rows = zlib.decompress(data).partition(b"\n\n")
    first, *names = text.decode().split("\n")
    head = json.loads(first)
    size = len(head["labels"])
    known = frozenset(head["known"])
    return Model(
        labels=tuple(head["labels"]),
        rows={name: rows[at * size : (at + 1) * size] for at, name in enumerate(names)},
        known=known,
        typos=typos_of(known),
        scale=head["scale"],
        made_from=head["made_from"],
    )


@cache
def current() -> Model:
    """The one in use, read once in each process."""
    return unpacked(FILE.read_bytes())
