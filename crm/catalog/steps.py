"""The catalogue's step of the first minutes."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.catalog.models import Property
from crm.desk.registry import Step
from crm.people.models import User


def steps(user: User) -> list[Step]:
    if not user.has_perm("catalog.add_property"):
        return []
    return [
        Step(
            _("Enter the first property"),
            _("Whoever asks for it by name or code then becomes a lead of it."),
            reverse("catalog:create"),
            done=Property.objects.exists(),
            icon="building",
        )
    ]
