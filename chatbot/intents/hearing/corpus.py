"""The labelled utterances of `../corpus`."""

from __future__ import annotations

from pathlib import Path

from chatbot.intents.heard import INTENTS

FOLDER = Path(__file__).parent.parent / "corpus"
# A part is a file of what is about an intent, and one of what is about none.
PARTS = {
    "train": ("train.tsv", "train_off_topic.tsv"),
    "dev": ("dev.tsv", "dev_off_topic.tsv"),
    "test": ("test.tsv", "test_off_topic.tsv"),
}
Example = tuple[str, str]


def read(name: str) -> list[Example]:
    """(intent, words) of each line of a file; a line that is none raises ValueError."""
    rows = []
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        intent, tab, text = line.partition("\t")
        if not tab or intent not in INTENTS or not text.strip():
            raise ValueError(f"{name}, line {number}: not an intent, a tab and words")
        rows.append((intent, text))
    return rows


def part(name: str) -> tuple[list[Example], list[Example]]:
    """(on topic, off topic) of "train", "dev" or "test"."""
    on_topic, off_topic = PARTS[name]
    return read(on_topic), read(off_topic)
