"""The first minutes: what an empty installation needs, each doable from there."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.desk.registry import Step
from crm.people.models import User


def steps(user: User) -> list[Step]:
    """The ground floor's steps, as far as this person may do them."""
    return _colleague(user)


def _colleague(user: User) -> list[Step]:
    if not (user.is_staff and user.has_perm("people.add_user")):
        return []
    return [
        Step(
            _("Invite a colleague"),
            _("Give them a role, and they see what is theirs."),
            reverse("admin:people_user_add"),
            done=User.objects.filter(is_demo=False, is_active=True).exclude(pk=user.pk).exists(),
            icon="user-plus",
        )
    ]
