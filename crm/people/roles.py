"""The five roles, as groups with real permissions. Rooms may add theirs in ROLE_PERMISSIONS."""

from typing import Any

from django.apps import AppConfig
from django.apps import apps as installed
from django.conf import settings
from django.contrib.auth.management import create_permissions

ROLES = ("agent", "marketer", "officer", "manager", "administrator")


def give_roles_their_permissions(sender: AppConfig, using: str, **kwargs: Any) -> None:
    """Make each role's group hold at least the permissions `settings.ROLE_PERMISSIONS` names.

    Runs after migrate; adds and never takes away, so that what an administrator gave stays.
    """
    from django.contrib.auth.models import Group, Permission

    # The signal comes once per app that has models; the last of them has them all before it.
    with_models = [config for config in installed.get_app_configs() if config.models_module]
    if sender.label != with_models[-1].label:
        return
    for config in installed.get_app_configs():
        create_permissions(config, verbosity=0, using=using)
    known = {
        f"{p.content_type.app_label}.{p.codename}": p
        for p in Permission.objects.using(using).select_related("content_type")
    }
    for role in ROLES:
        group, _ = Group.objects.using(using).get_or_create(name=role)
        wanted = settings.ROLE_PERMISSIONS[role]
        group.permissions.add(*(known[name] for name in wanted))
