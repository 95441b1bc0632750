"""The chatbot room's pages. The doors providers knock at stand in webhook_urls."""

from django.urls import include, path

urlpatterns = [
    path("conversations/", include("chatbot.inbox.urls")),
    path("logins/", include("chatbot.dialog.login.urls")),
    path("channels/", include("chatbot.channels.pages.urls")),
    path("intents/", include("chatbot.intents.pages.urls")),
    path("replies/", include("chatbot.dialog.pages.urls")),
    path("simulator/", include("chatbot.simulator.urls")),
    path("demo/", include("chatbot.demo.urls")),
]
