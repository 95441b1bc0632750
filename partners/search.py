"""Partners in the search box."""

from django.utils.translation import gettext_lazy as _

from crm.desk.registry import SearchHit
from crm.people.documents import shown_document
from crm.people.models import User
from partners.filters import matching
from partners.models import Partner


def search_partners(user: User, text: str, limit: int) -> list[SearchHit]:
    """By a piece of name, phone or e-mail, by document, by member number."""
    visible = Partner.objects.visible_to(user)
    if not user.has_perm("partners.view_partner"):
        return []
    rows = visible.filter(matching(user, text)).select_related("contact").order_by("-id")
    return [
        SearchHit(
            title=str(partner.contact),
            subtitle=_subtitle(user, partner),
            url=partner.get_absolute_url(),
            icon="users",
            kind=_("Partner"),
        )
        for partner in rows[:limit]
    ]


def _subtitle(user: User, partner: Partner) -> str:
    parts = (partner.number, shown_document(user, partner.contact.document_number))
    return " · ".join(part for part in parts if part)
