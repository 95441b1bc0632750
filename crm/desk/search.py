"""One box that finds people, leads and properties, each source answering for its own."""

from django.conf import settings

from crm.desk.registry import SearchHit, load
from crm.people.models import User

SHORTEST = 2
LONGEST = 100
IN_DROPDOWN = 4  # of each source
ON_PAGE = 25


def search(user: User, text: str, limit: int) -> list[SearchHit]:
    """At most `limit` hits of each source this person may see; none for less than two letters."""
    asked = text.strip()[:LONGEST]
    if len(asked) < SHORTEST:
        return []
    return [
        hit
        for source in load(settings.SEARCH_SOURCES)
        for hit in source(user, asked, limit)[:limit]
    ]
