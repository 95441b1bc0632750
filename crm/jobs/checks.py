"""What `manage.py check` says about the scheduled jobs."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from crm.jobs.schedules import declared


@register()
def schedules_lead_somewhere(
    app_configs: Sequence[Any] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Every path of settings.SCHEDULES, and every function declared there, can be imported."""
    try:
        for job in declared():
            import_string(job.func)
    except (ImportError, ImproperlyConfigured) as problem:
        return [Error(f"settings.SCHEDULES: {problem}", id="jobs.E001")]
    return []
