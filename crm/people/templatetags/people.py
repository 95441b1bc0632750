"""How a person is said on a page: {% load people %}."""

from django import template

from crm.people.phones import pretty

register = template.Library()


@register.filter
def phone(number: str) -> str:
    """A number in E.164, in groups for people to read."""
    return pretty(number)
