"""Set-up steps that leave a trace in the database, for test_prepare."""

from django.utils.translation import gettext

from crm.people.models import Agency


def first():
    Agency.objects.create(name="first")


def second():
    Agency.objects.create(name=f"second after {Agency.objects.count()}")


def in_words():
    Agency.objects.create(name=gettext("Leads"))
