"""The chatbot room's entries in the sidebar."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from chatbot.inbox.dashboard import waiting
from chatbot.inbox.pulse import LIST
from chatbot.simulator.access import may_simulate
from crm.desk.registry import MenuEntry, SettingsPage
from crm.people.models import User


@dataclass(frozen=True)
class SimulatorEntry(MenuEntry):
    """In a demo everybody may play the person on the phone."""

    def allowed(self, user: User) -> bool:
        return may_simulate(user)


ENTRIES = [
    MenuEntry(
        _("Conversations"),
        "inbox:list",
        "messages",
        "conversations.view_conversation",
        waiting=waiting,
        weight=10,
        pulse=LIST,
    ),
]

TOOLS = [SimulatorEntry(_("Simulator"), "simulator:phone", "device-mobile")]

SETTINGS = [
    SettingsPage(
        _("Channels"),
        "channels:list",
        "plug-connected",
        "conversations.view_channel",
        weight=10,
        explanation=_("The accounts by which people write: WhatsApp, Telegram, Instagram."),
    ),
    SettingsPage(
        _("What the bot says"),
        "replies:list",
        "message-2-cog",
        "chatbot.change_replywording",
        weight=38,
        explanation=_("Every reply, in your own words, in each language."),
    ),
    SettingsPage(
        _("What the bot understands"),
        "intents:page",
        "message-2-question",
        "chatbot.change_example",
        weight=40,
        explanation=_("Try a sentence, and teach the bot messages it did not understand."),
    ),
]
