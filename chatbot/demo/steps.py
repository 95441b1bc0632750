"""The last of the first steps: the demo gone."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chatbot.demo.removing import is_there
from chatbot.demo.views import ADMINISTERS
from crm.desk.registry import Step
from crm.people.models import User


def steps(user: User) -> list[Step]:
    """Only for administrators, and only while the demo is there."""
    if not (user.has_perm(ADMINISTERS) and is_there()):
        return []
    return [
        Step(
            _("Remove the demo data"),
            _("When you have seen enough: what was made up goes, what you entered stays."),
            reverse("demo:remove"),
            done=False,
            icon="trash",
        )
    ]
