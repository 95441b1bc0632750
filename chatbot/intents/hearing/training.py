"""Training: multinomial logistic regression by stochastic descent, in plain Python.

Deterministic: the same corpus, lexicon and features make the same bytes.
"""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Callable, Sequence
from math import exp, log
from pathlib import Path

from chatbot.intents.heard import INTENTS
from chatbot.intents.hearing import corpus
from chatbot.intents.hearing.features import core_of, corrected, features_of
from chatbot.intents.hearing.lexicon import typos_of
from chatbot.intents.hearing.model import EVERY, ZERO, Model
from chatbot.intents.hearing.tables import FOLDER as tables_folder

ROUNDS = 16
STEP, SMALLEST_STEP = 0.25, 0.02
SHRINK = 2e-5
# How much of what counting alone says a feature begins with: it helps the rare ones.
COUNTED = 0.4
# Each time a sample is met, as many of its features are left out, others each time: no few of them
# may carry an intent alone, which people say in other words than the corpus does.
LEFT_OUT = 0.4
# A feature met less often is one utterance's own; a word met less often is as good as unknown.
OFTEN = 2
CODE = ("features", "lexicon", "polite", "training", "words")
LABELS = tuple(sorted(INTENTS))
Sample = tuple[int, list[str]]


def fingerprint() -> str:
    """Names what a model is made from: the training part, and the code that reads it."""
    code = [Path(__file__).parent / f"{name}.py" for name in CODE]
    tables = [tables_folder / f"{name}.txt" for name in ("concepts", "polite", "shorthand")]
    files = [corpus.FOLDER / name for name in corpus.PARTS["train"]]
    content = b"\0".join(file.read_bytes() for file in [*files, *code, *tables])
    return hashlib.sha256(content).hexdigest()


def train(
    examples: Sequence[corpus.Example],
    *,
    made_from: str,
    rounds: int = ROUNDS,
    tell: Callable[[str], None] = lambda line: None,
) -> Model:
    """A model of (intent, text) examples."""
    texts = [(LABELS.index(intent), *core_of(text)) for intent, text in examples]
    counted = Counter(word for _label, words, _asks in texts for word in set(words))
    known = frozenset(word for word, times in counted.items() if times >= OFTEN)
    typos = typos_of(known)
    samples = [
        (label, features_of(corrected(words, known, typos), known, asks))
        for label, words, asks in texts
    ]
    met = Counter(one for _label, found in samples for one in found)
    weights = {name: [0.0] * len(LABELS) for name, times in met.items() if times >= OFTEN}
    weights[EVERY] = [0.0] * len(LABELS)
    samples = [
        (label, [EVERY, *(one for one in found if one in weights)]) for label, found in samples
    ]
    _count(weights, samples)
    _descend(weights, samples, rounds, tell)
    rows, scale = _as_bytes(weights)
    return Model(LABELS, rows, known, typos, scale, made_from)


def _count(weights: dict[str, list[float]], samples: list[Sample]) -> None:
    """Begin with how much oftener a feature is met with an intent than without it."""
    of_label = Counter(label for label, _found in samples)
    met = Counter((one, label) for label, found in samples for one in found)
    in_all = Counter(one for _label, found in samples for one in found)
    for name, row in weights.items():
        if name == EVERY:
            continue
        for label in range(len(LABELS)):
            within, all_of = met[name, label], of_label[label]
            rate = (within + 0.5) / (all_of + 1)
            elsewhere = (in_all[name] - within + 0.5) / (len(samples) - all_of + 1)
            row[label] = COUNTED * log(rate / elsewhere)


def _descend(
    weights: dict[str, list[float]],
    samples: list[Sample],
    rounds: int,
    tell: Callable[[str], None],
) -> None:
    chance = random.Random(5)
    for turn in range(rounds):
        step = STEP + (SMALLEST_STEP - STEP) * turn / max(rounds - 1, 1)
        chance.shuffle(samples)
        lost = sum(_learn(weights, _some_of(sample, chance), step) for sample in samples)
        keep = (1 - SHRINK * step) ** len(samples)
        for row in weights.values():
            row[:] = [weight * keep for weight in row]
        tell(f"round {turn + 1} of {rounds}: {lost} misread")


def _some_of(sample: Sample, chance: random.Random) -> Sample:
    label, (every, *others) = sample
    return label, [every, *(one for one in others if chance.random() >= LEFT_OUT)]


def _learn(weights: dict[str, list[float]], sample: Sample, step: float) -> bool:
    """Move the weights towards one sample's intent; whether it was misread before."""
    label, found = sample
    rows = [weights[one] for one in found]
    scores = [sum(column) for column in zip(*rows, strict=True)]
    most = max(scores)
    shares = [exp(score - most) for score in scores]
    total = sum(shares)
    # Many features say little each: a long message must not pull harder than a short one.
    pull = step / len(rows) ** 0.5
    for at, share in enumerate(shares):
        error = (at == label) - share / total
        if abs(error) > 0.01:
            change = pull * error
            for row in rows:
                row[at] += change
    return bool(scores[label] < most)


def _as_bytes(weights: dict[str, list[float]]) -> tuple[dict[str, bytes], float]:
    largest = max(abs(weight) for row in weights.values() for weight in row)
    scale = (largest or 1.0) / (ZERO - 1)
    rows = {
        name: bytes(ZERO + round(weight / scale) for weight in row) for name, row in weights.items()
    }
    nothing = bytes([ZERO] * len(LABELS))
    return {name: row for name, row in rows.items() if row != nothing or name == EVERY}, scale
