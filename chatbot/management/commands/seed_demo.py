"""Clearly made-up data: a small office to look around in, or as many rows as one asks for."""

from random import Random
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction

from chatbot.demo.bulk import make_leads
from chatbot.demo.cases import Office
from chatbot.demo.chatter import make_messages
from chatbot.demo.complaints import build_tickets
from chatbot.demo.counter import build_counter
from chatbot.demo.debts import make_partners
from chatbot.demo.lending import build_lending
from chatbot.demo.office import LOGINS, OFFICER, build_office
from chatbot.demo.proofs import build_receipts
from chatbot.demo.properties import build_properties
from chatbot.demo.talks import build_talks
from crm.people.models import User
from partners.portfolio import rollup


class Command(BaseCommand):
    help = (
        "Fills an empty installation with a small, clearly made-up office; or, with --leads, "
        "--partners or --messages, any installation with so many more rows, for measuring."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--leads", type=int, default=0, help="to a million and more")
        parser.add_argument(
            "--partners", type=int, default=0, help="every second one with a loan; to a million"
        )
        parser.add_argument(
            "--messages", type=int, default=0, help="of the contacts that --leads made"
        )

    def handle(self, *args: Any, leads: int, partners: int, messages: int, **options: Any) -> None:
        if min(leads, partners, messages) < 0:
            raise CommandError("how many? not fewer than none")
        if leads or partners or messages:
            self.make_many(leads, partners, messages)
        else:
            self.make_office()

    def make_office(self) -> None:
        if not settings.DEMO:
            raise CommandError("this is no demo: set DEMO=1")
        if User.objects.filter(username=LOGINS[0][0]).exists():
            self.stdout.write("The demo is already there.")
            return
        random = Random(7)
        with transaction.atomic():
            agents, channel = build_office()
            properties = build_properties(agents, random)
            leads = build_talks(Office(channel, agents, properties, random))
            officer = User.objects.get(username=OFFICER)
            partners = build_lending(channel, officer)
            build_receipts(partners, officer)
            build_counter(channel, partners, officer)
            build_tickets(partners, officer)
        self.stdout.write(
            f"Made the demo: {len(properties)} properties, {leads} leads, {len(partners)} partners."
        )

    def make_many(self, leads: int, partners: int, messages: int) -> None:
        if leads:
            make_leads(leads, self.progress)
        loans = make_partners(partners, self.progress) if partners else 0
        made = make_messages(messages, self.progress) if messages else 0
        if connection.vendor == "postgresql":
            self.analyze()
        if loans:
            rollup.compute()
        self.stdout.write(
            f"Made {leads:,} leads, {partners:,} partners with {loans:,} loans, {made:,} messages."
        )

    def progress(self, words: str) -> None:
        self.stderr.write(words)

    def analyze(self) -> None:
        """Statistics of what was loaded; and which pages all can see, outside of a transaction."""
        verb = "ANALYZE" if connection.in_atomic_block else "VACUUM ANALYZE"
        with connection.cursor() as cursor:
            cursor.execute(verb)
