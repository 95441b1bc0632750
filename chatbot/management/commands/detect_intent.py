"""manage.py detect_intent "texto" / --file F: what the bot understands, one JSON object a line."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from chatbot.intents.detecting import detect
from chatbot.intents.heard import Heard

BOM = "\ufeff"
# What many a reader takes for the end of a line, and JSON leaves as it is.
ENDS = {code: f"\\u{code:04x}" for code in (0x85, 0x2028, 0x2029)}


class Command(BaseCommand):
    help = "What texts mean: intent, score, slots and runner-up, one JSON object a line."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("texts", nargs="*", metavar="text")
        parser.add_argument("--file", help='a text a line; "-" reads standard input')

    def handle(self, *args: Any, **options: Any) -> None:
        texts = [*options["texts"], *_lines(options["file"])]
        if not texts:
            raise CommandError("Give a text, or a file of texts with --file.")
        for text in texts:
            line = json.dumps(as_data(text, detect(text)), ensure_ascii=False)
            self.stdout.write(line.translate(ENDS))


def as_data(text: str, heard: Heard) -> dict[str, Any]:
    """The JSON object of one text; slots without those that are not named."""
    slots = asdict(heard.slots)
    return {
        "text": text,
        "intent": heard.intent,
        "score": heard.score,
        "slots": {name: _plain(value) for name, value in slots.items() if value},
        "runner_up": heard.runner_up,
        "runner_up_score": heard.runner_up_score,
        "exact": heard.exact,
    }


def _plain(value: object) -> object:
    return value if isinstance(value, (str, int)) else str(value)


def _lines(path: str | None) -> Iterator[str]:
    """Every line, empty ones too: the answers stand beside them."""
    if not path:
        return
    if path == "-":
        content = sys.stdin.read().removeprefix(BOM)
    else:
        try:
            content = Path(path).read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{path} cannot be read: {error}") from error
    # Whatever else splits a line (U+0085) may stand in what somebody writes.
    yield from content.removesuffix("\n").split("\n") if content else ()
