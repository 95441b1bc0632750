from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JobsConfig(AppConfig):
    name = "crm.jobs"
    verbose_name = _("Background jobs")

    def ready(self) -> None:
        from crm.jobs import checks  # noqa: F401  (registers them)
