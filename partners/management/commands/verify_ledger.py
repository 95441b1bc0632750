from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from partners.ledger import verify


class Command(BaseCommand):
    help = "Computes every account anew from its payments and lists each cent of difference."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--loan", default="", help="only the loan of this number")

    def handle(self, *args: Any, loan: str, **options: Any) -> None:
        loans, found = verify(loan)
        for difference in found:
            self.stdout.write(str(difference))
        if found:
            raise CommandError(f"{len(found)} differences in {loans} loans")
        self.stdout.write(f"{loans} {'loan' if loans == 1 else 'loans'}: every cent is right")
