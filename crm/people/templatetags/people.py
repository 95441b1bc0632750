"""How a person is said on a page: {% load people %}."""

from django import template

from crm.people.documents import shown_document
from crm.people.models import User
from crm.people.phones import pretty

register = template.Library()


@register.filter
def phone(number: str) -> str:
    """A number in E.164, in groups for people to read."""
    return pretty(number)


@register.filter
def document_for(number: str, user: User) -> str:
    """A document number as this person may see it."""
    return shown_document(user, number)
