from django.urls import URLPattern, URLResolver, include, path

app_name = "partners"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("partners.account.urls")),
    path("", include("partners.review.urls")),
    path("", include("partners.imports.urls")),
    path("", include("partners.papers.urls")),
    path("", include("partners.portfolio.urls")),
]
