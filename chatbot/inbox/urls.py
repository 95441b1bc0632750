from django.urls import path

from chatbot.inbox import actions, media, picking, views

app_name = "inbox"
urlpatterns = [
    path("", views.ConversationList.as_view(), name="list"),
    path("of-contact/<int:pk>/", views.of_contact, name="of_contact"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/panel/", views.panel, name="panel"),
    path("<int:pk>/card/", views.card, name="card"),
    path("<int:pk>/live/", views.live, name="live"),
    path("<int:pk>/reply/", actions.reply, name="reply"),
    path("<int:pk>/typing/", actions.typing, name="typing"),
    path("<int:pk>/templates/", picking.choose, name="templates"),
    path("<int:pk>/templates/<int:template>/", picking.fill, name="template"),
    path("<int:pk>/templates/<int:template>/preview/", picking.preview, name="preview"),
    path("<int:pk>/claim/", actions.claim, name="claim"),
    path("<int:pk>/give-back/", actions.give_back, name="give_back"),
    path("messages/<int:pk>/retry/", actions.retry, name="retry"),
    path("messages/<int:pk>/give-up/", actions.give_up, name="give_up"),
    path("messages/<int:pk>/discard/", actions.discard, name="discard"),
    path("media/<int:pk>/", media.serve, name="media"),
    path("media/<int:pk>/refetch/", actions.refetch, name="refetch"),
]
