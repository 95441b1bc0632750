from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from partners.ledger import NoSuchLoanError, verify


class Command(BaseCommand):
    help = "Computes every account anew from its payments and lists each cent of difference."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--loan", default="", help="only the loan of this number")

    def handle(self, *args: Any, loan: str, **options: Any) -> None:
        try:
            loans, found = verify(loan)
        except NoSuchLoanError as error:
            raise CommandError(f"no loan that was paid out has the number {error}") from error
        for difference in found:
            self.stdout.write(str(difference))
        if found:
            raise CommandError(f"{len(found)} differences in {loans} loans")
        self.stdout.write(f"{loans} {'loan' if loans == 1 else 'loans'}: every cent is right")
