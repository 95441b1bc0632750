"""The demo, gone: its made-up people, conversations, leads, properties, log-ins."""

from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser, no_translations

from chatbot.demo.removing import Holdings, holdings, is_there, remove_demo
from crm.errors import DeskError


class Command(BaseCommand):
    help = "Removes what seed_demo made, and nothing else. Says first what that is."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--yes", action="store_true", help="remove it; without, only say what")

    @no_translations
    def handle(self, *args: Any, yes: bool, **options: Any) -> None:
        if not is_there():
            self.stdout.write("There is no demo here.")
            return
        if not yes:
            raise CommandError(f"this would remove {_said(holdings())}; add --yes to do it")
        try:
            gone = remove_demo()
        except DeskError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Removed {_said(gone)}. Set DEMO=0 to take the banner away too.")


def _said(found: Holdings) -> str:
    return ", ".join(f"{number} {name}" for name, number in asdict(found).items())
