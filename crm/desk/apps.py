from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "crm.desk"

    def ready(self) -> None:
        from crm import checks  # noqa: F401  (registers them)
