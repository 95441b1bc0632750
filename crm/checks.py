"""System checks: what `manage.py check` says about an installation before it serves anybody."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.checks import Warning as Caution
from django.utils.module_loading import import_string

from crm.desk.logo import LogoError, read_logo
from crm.desk.looks import READABLE, accent, contrast_with_white
from crm.desk.registry import registry_settings
from crm.people.calendar import knows_holidays


@register()
def registries_import(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Every dotted path that a room hangs into the desk leads somewhere."""
    return [
        Error(f"settings.{name} lists {path}: {problem}", id="crm.E001")
        for name, paths in registry_settings().items()
        for path in paths
        if (problem := _problem(path))
    ]


@register()
def accent_is_a_colour(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """ACCENT_COLOUR is a colour, and white words can be read on it."""
    if not settings.ACCENT_COLOUR:
        return []
    colour = accent()
    if colour is None:
        said = f"ACCENT_COLOUR is {settings.ACCENT_COLOUR!r}: write six hexadecimal digits"
        return [Error(said, hint="For example #0f6b66.", id="crm.E002")]
    if (contrast := contrast_with_white(colour)) < READABLE:
        said = f"White words on ACCENT_COLOUR have a contrast of {contrast:.1f}"
        return [Caution(said, hint=f"Take a darker one, for {READABLE}.", id="crm.W001")]
    return []


@register()
def logo_is_a_picture(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """BUSINESS_LOGO names a picture that papers can carry."""
    try:
        read_logo()
    except LogoError as error:
        hint = "Name a PNG, JPEG or SVG file of at most 1 MB, or leave it unset."
        return [Error(f"BUSINESS_LOGO: {error}", hint=hint, id="crm.E003")]
    return []


# Costs half a second, which not every command shall pay.
@register(deploy=True)
def holidays_are_a_country_s(
    app_configs: Sequence[Any] | None, **kwargs: Any
) -> list[CheckMessage]:
    """HOLIDAYS names a country whose holidays are known."""
    if knows_holidays(settings.HOLIDAYS):
        return []
    said = f"HOLIDAYS is {settings.HOLIDAYS!r}: nobody's public holidays are known by that name"
    return [Caution(said, hint="Write PE, or BR-SP for a part of a country.", id="crm.W002")]


def _problem(path: str) -> str:
    try:
        import_string(path)
    except ImportError as error:
        return str(error)
    return ""
