"""The demo: a small office with clearly made-up people, once."""

from random import Random
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from chatbot.demo.office import LOGINS, build_office
from chatbot.demo.properties import build_properties
from chatbot.demo.talks import Office, build_talks
from crm.people.models import User


class Command(BaseCommand):
    help = "Fills an empty installation with a small, clearly made-up office."

    def handle(self, *args: Any, **options: Any) -> None:
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
        self.stdout.write(f"Made the demo: {len(properties)} properties, {leads} leads.")
