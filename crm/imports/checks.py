"""What `manage.py check` says about what can be imported."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, register

from crm.imports.registry import importers


@register()
def importers_lead_somewhere(
    app_configs: Sequence[Any] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Every path of settings.IMPORTERS leads to an importer, and no two are of one kind."""
    try:
        importers()
    except (ImportError, ValueError) as problem:
        return [Error(f"settings.IMPORTERS: {problem}", id="imports.E001")]
    return []
