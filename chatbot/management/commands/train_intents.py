"""manage.py train_intents: make the detector's model file from the training part of its corpus."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from chatbot.intents.hearing import corpus, model
from chatbot.intents.hearing.training import fingerprint, train


class Command(BaseCommand):
    help = (
        "Train the intent detector. The same corpus makes the same file. Run it after editing "
        "chatbot/intents/corpus/train*.tsv, then evaluate_intents; it takes some ten seconds."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--out", default=str(model.FILE), help="another file than the one used")

    def handle(self, *args: Any, **options: Any) -> None:
        on_topic, off_topic = corpus.part("train")
        made = train([*on_topic, *off_topic], made_from=fingerprint(), tell=self.stdout.write)
        data = model.packed(made)
        with open(options["out"], "wb") as file:
            file.write(data)
        self.stdout.write(
            f"{len(on_topic)} utterances and {len(off_topic)} off topic, {len(made.rows)} "
            f"features, {len(data) // 1024} kB: {options['out']}"
        )
