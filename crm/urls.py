"""The site's map: each room under its own word, what machines ask at the end."""

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.urls import include, path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from django.views.generic import RedirectView

from crm.desk import health, looks
from crm.people.language import set_language

# Stock admin log-in knows neither rate limit nor second factor; the desk's own door does.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.site_header = admin.site.site_title = settings.BUSINESS_NAME
admin.site.index_title = _("Administration")

to_profile = RedirectView.as_view(url=reverse_lazy("desk:profile"))

urlpatterns = [
    # Asked most often, answered soonest: each address tried before costs a tenth of a webhook.
    path("", include("chatbot.webhook_urls")),
    path("", include("crm.desk.urls")),
    # Addresses stand on the profile, and nobody signs up: allauth's pages for these are not ours.
    path("accounts/email/", to_profile),
    path("accounts/confirm-email/", to_profile),
    path("accounts/confirm-email/<path:key>/", to_profile),
    path("accounts/signup/", RedirectView.as_view(pattern_name="account_login")),
    path("accounts/", include("allauth.urls")),
    path("i18n/setlang/", set_language, name="set_language"),
    path("admin/", admin.site.urls),
    path("leads/", include("leads.urls")),
    path("partners/", include("partners.urls")),
    path("tickets/", include("tickets.urls")),
    path("people/", include("crm.people.urls")),
    path("properties/", include("crm.catalog.urls")),
    path("jobs/", include("crm.jobs.urls")),
    path("imports/", include("crm.imports.urls")),
    path("", include("chatbot.urls")),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("robots.txt", health.robots, name="robots"),
    path("accent.css", looks.accent_css, name="accent"),
    path("favicon.ico", looks.favicon),
]

handler400 = "crm.desk.uploads.bad_request"
handler500 = "crm.desk.errors.server_error"
