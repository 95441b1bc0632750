"""Addresses providers were given. With or without the last slash: they follow no redirect."""

from django.urls import re_path

from chatbot import neutral_door, webhooks

UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"

urlpatterns = [
    re_path(
        rf"^webhooks/(?P<provider>[a-z]+)/(?P<uuid>{UUID})/?$",
        webhooks.channel_webhook,
        name="channel_webhook",
    ),
    re_path(
        r"^chatbot/webhook/(?P<family>whatsapp|telegram)/?$",
        webhooks.default_webhook,
        name="default_webhook",
    ),
    re_path(r"^api/messages/?$", neutral_door.messages, name="neutral_door"),
]
