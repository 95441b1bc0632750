from django.urls import URLPattern, URLResolver, include, path

from partners import actions, views
from partners.lists import PartnerList

app_name = "partners"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", PartnerList.as_view(), name="list"),
    path("new/", views.create, name="create"),
    path("of-contact/<int:pk>/", views.of_contact, name="of_contact"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/edit/", actions.edit, name="edit"),
    path("<int:pk>/status/<slug:to>/", actions.status, name="status"),
    path("", include("partners.account.urls")),
    path("", include("partners.review.urls")),
    path("", include("partners.imports.urls")),
    path("", include("partners.papers.urls")),
    path("", include("partners.portfolio.urls")),
]
