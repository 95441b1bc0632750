"""What of people's matters is set up once."""

from django.utils.translation import gettext_lazy as _

from crm.desk.registry import SettingsPage

SETTINGS = [
    SettingsPage(
        _("Opening hours"),
        "people:opening",
        "calendar-time",
        "people.change_openinghours",
        weight=20,
        explanation=_("When somebody is there, closed days, and what happens if nobody answers."),
    ),
]
