"""Telephone numbers: as people write them, and in E.164."""

import re

import phonenumbers
from django.conf import settings


def e164(raw: str, region: str | None = None) -> str:
    """`raw` as "+51987654321", or "" if it is no telephone number.

    Without a plus it is read in `region` (default `settings.PHONE_REGION`), and if that gives no
    possible number, as the international digits providers send ("51987654321").
    """
    digits = raw.strip()
    for candidate in (digits, f"+{digits.lstrip('+')}"):
        try:
            number = phonenumbers.parse(candidate, region or settings.PHONE_REGION)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_possible_number(number):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    # An international number outside today's plan (Mexico's 521…) is still somebody's.
    return from_provider(re.sub(r"[ ().-]", "", digits[1:])) if digits.startswith("+") else ""


def from_provider(digits: str) -> str:
    """E.164 of a provider's international digits ("51987654321"), even if the plan is unknown."""
    if not digits.isdigit() or not 7 <= len(digits) <= 15:
        return ""
    return f"+{digits}"


def region_of(digits: str) -> str:
    """The country of a provider's international digits, in two letters; "" if they tell none."""
    try:
        number = phonenumbers.parse(from_provider(digits), None)
    except phonenumbers.NumberParseException:
        return ""
    region = phonenumbers.region_code_for_number(number) or ""
    return region if len(region) == 2 else ""


def pretty(number: str) -> str:
    """ "+51 987 654 321" for people to read; what cannot be parsed comes back as it is."""
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
