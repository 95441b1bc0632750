"""manage.py evaluate_intents: how well the detector does on the test part of its corpus."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from chatbot.intents.hearing.corpus import PARTS
from chatbot.intents.hearing.evaluation import Evaluation, evaluate


class Command(BaseCommand):
    help = "Accuracy, confusion and misses of the intent detector on a part of its corpus."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--part", choices=sorted(PARTS), default="test")
        parser.add_argument("--summary", action="store_true", help="figures only, no misses")

    def handle(self, *args: Any, **options: Any) -> None:
        result = evaluate(options["part"])
        self._figures(result)
        if not options["summary"]:
            self._misses(result)

    def _figures(self, result: Evaluation) -> None:
        total, wrong = result.asked.total(), len(result.missed)
        self.stdout.write(f"accuracy     {result.accuracy:7.2%}  ({total - wrong} of {total})")
        false, asked = len(result.false_hits), result.off_topic
        self.stdout.write(f"false hits   {result.false_share:7.2%}  ({false} of {asked} off topic)")
        self.stdout.write("\nby intent")
        for intent, share in result.accuracies().items():
            self.stdout.write(f"  {intent:<20} {share:7.2%}  of {result.asked[intent]}")
        self.stdout.write("\nconfusion (is, taken for, times)")
        for one, other, times in result.confusion():
            self.stdout.write(f"  {one:<20} {other:<20} {times}")

    def _misses(self, result: Evaluation) -> None:
        self.stdout.write("\nmisses (is, taken for, words)")
        for one, other, text in [*result.missed, *result.false_hits]:
            self.stdout.write(f"  {one:<20} {other:<20} {text}")
