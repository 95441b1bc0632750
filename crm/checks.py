"""System checks: what `manage.py check` says about an installation before it serves anybody."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, register
from django.utils.module_loading import import_string

from crm.desk.registry import registry_settings


@register()
def registries_import(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Every dotted path that a room hangs into the desk leads somewhere."""
    return [
        Error(f"settings.{name} lists {path}: {problem}", id="crm.E001")
        for name, paths in registry_settings().items()
        for path in paths
        if (problem := _problem(path))
    ]


def _problem(path: str) -> str:
    try:
        import_string(path)
    except ImportError as error:
        return str(error)
    return ""
