"""The resident worker, as a process."""

import signal
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from chatbot.work import Worker, work_off


class Command(BaseCommand):
    help = "Handles what came in and sends what is queued, until SIGTERM or SIGINT."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--until-idle", action="store_true", help="do what is due now, then end"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["until_idle"]:
            work_off()
            return
        worker = Worker()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: worker.stop())
        worker.run()
