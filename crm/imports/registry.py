"""What can be imported: `settings.IMPORTERS` lists the rooms' importers by dotted path."""

from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.module_loading import import_string

from crm.imports.contract import Importer

if TYPE_CHECKING:
    from crm.people.models import User


def importers() -> dict[str, Importer]:
    """By kind, in the order of the settings."""
    return _loaded(tuple(settings.IMPORTERS))


@cache
def _loaded(paths: tuple[str, ...]) -> dict[str, Importer]:
    found: dict[str, Importer] = {}
    for path in paths:
        one: Importer = import_string(path)()
        if one.kind in found:
            raise ValueError(f"two importers are of the kind {one.kind}")
        found[one.kind] = one
    return found


def importers_for(user: "User") -> dict[str, Importer]:
    """Those whose permission this person has."""
    return {kind: one for kind, one in importers().items() if user.has_perm(one.permission)}


def kinds() -> list[tuple[str, str]]:
    return [(kind, str(one.label)) for kind, one in importers().items()]
