"""The chatbot room's addresses: its pages, and the doors providers knock at."""

from django.urls import include, path

urlpatterns = [
    path("", include("chatbot.webhook_urls")),
    path("conversations/", include("chatbot.inbox.urls")),
    path("channels/", include("chatbot.channels.pages.urls")),
    path("simulator/", include("chatbot.simulator.urls")),
]
