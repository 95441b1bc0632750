"""`manage.py cluster`: the background jobs, under a supervisor that starts them again."""

from typing import Any

from django.core.management.base import BaseCommand

from crm.jobs.supervisor import Supervisor


class Command(BaseCommand):
    help = "Runs the background jobs (django-q2) and starts them again when they die."
    # They would load every page of the desk, and its memory, for nothing.
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        Supervisor().run()
