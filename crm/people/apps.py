from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    name = "crm.people"
    verbose_name = _("People")

    def ready(self) -> None:
        from crm.people.roles import give_roles_their_permissions

        # Permissions exist only after every room has migrated, so the framework's own moment it is.
        post_migrate.connect(give_roles_their_permissions, dispatch_uid="people.roles")
