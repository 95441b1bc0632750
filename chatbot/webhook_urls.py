"""Addresses providers were given: webhooks and files.

With or without the last slash: they follow no redirect.
"""

from django.urls import re_path

from chatbot import files, neutral_door, webhooks
from chatbot.channels.registry import families

UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
FAMILY = "|".join(families())

urlpatterns = [
    re_path(
        rf"^webhooks/(?P<provider>[a-z]+)/(?P<uuid>{UUID})/?$",
        webhooks.channel_webhook,
        name="channel_webhook",
    ),
    re_path(
        rf"^chatbot/webhook/(?P<family>{FAMILY})/?$",
        webhooks.default_webhook,
        name="default_webhook",
    ),
    re_path(r"^files/(?P<token>[A-Za-z0-9._-]{1,200})$", files.shared_file, name="shared_file"),
    re_path(r"^api/messages/?$", neutral_door.messages, name="neutral_door"),
]
