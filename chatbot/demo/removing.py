"""Taking the demo's office away again, once the desk is used in earnest.

What is the demo's: colleagues with `is_demo`; the simulator channel with `MARK`, and whoever wrote
on it with their conversations, leads and loans; partners and properties that are still called as
they were seeded. Everything else stays, the rows for measuring too; an agency, a team or a loan
product of the demo stays while something else is in it. What its colleagues did to rows that stay
is nobody's from then on, but in the audit log, which goes on naming them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import ProtectedError, Q, QuerySet
from django.utils.translation import gettext as _

from chatbot.channels import directory
from chatbot.demo import books
from chatbot.demo.office import CITIES, MARK, TEAM, agency_name
from chatbot.demo.properties import ROWS, address
from chatbot.models import InboundEvent, PartnerSession
from chatbot.simulator import media
from chatbot.simulator.access import PROVIDER
from crm.catalog.models import Property
from crm.catalog.photos import delete_photo
from crm.conversations import ownership
from crm.conversations.models import Attachment, Channel, ChannelIdentity, Conversation
from crm.errors import DeskError
from crm.people.models import Agency, Contact, Team, User
from leads.models import Lead
from partners.portfolio import rollup

NAMED = 3


@dataclass(frozen=True, slots=True)
class Holdings:
    """How many of each are the demo's."""

    colleagues: int
    channels: int
    people: int
    conversations: int
    leads: int
    properties: int
    partners: int
    loans: int


def is_there() -> bool:
    """Whether anything of the demo is left that a person at the desk would meet."""
    return _colleagues().exists() or _channels().exists()


def holdings() -> Holdings:
    return Holdings(
        colleagues=_colleagues().count(),
        channels=_channels().count(),
        people=_known().filter(is_group=False).count(),
        conversations=_conversations().count(),
        leads=_leads().count(),
        properties=_properties().count(),
        partners=books.partners_of(_people()).count(),
        loans=books.loans_of(_people()).count(),
    )


def administrator_remains() -> bool:
    """Whether somebody who is not of the demo can log in and let others in."""
    return (
        User.objects.filter(is_demo=False, is_active=True)
        .filter(Q(is_staff=True) | Q(is_superuser=True) | Q(groups__name="administrator"))
        .exclude(Q(password="") | Q(password__startswith="!"))
        .exists()
    )


def remove_demo() -> Holdings:
    """Delete what is the demo's, all of it or, with a DeskError that says why, nothing."""
    try:
        with transaction.atomic():
            if not administrator_remains():
                raise DeskError(
                    _(
                        "Nobody but the demo's people could log in afterwards. First make an "
                        "administrator with a password: manage.py createsuperuser, or a colleague "
                        "in the administration."
                    )
                )
            gone = holdings()
            _remove()
    except ProtectedError as error:
        named = ", ".join(sorted({str(one) for one in error.protected_objects})[:NAMED])
        raise DeskError(
            _("Something of your own hangs on the demo, so nothing was removed: %(what)s")
            % {"what": named}
        ) from error
    return gone


def _remove() -> None:
    """In the order in which one row holds another."""
    people, properties = list(_known()), list(_properties())
    PartnerSession.objects.filter(partner__in=books.partners_of(_people())).delete()
    books.remove_books(_people())
    _free_conversations()
    _drop_files_later()
    _conversations().delete()
    InboundEvent.objects.filter(channel__in=_channels()).delete()
    ChannelIdentity.objects.filter(channel__in=_channels()).delete()
    Lead.objects.filter(contact__in=people).delete()
    _remove_people([one.pk for one in people])
    for one in properties:
        for photo in one.photos.all():
            delete_photo(photo=photo)
        one.delete()
    _channels().delete()
    books.let_go_of(_colleagues())
    _colleagues().delete()
    _remove_places()
    transaction.on_commit(directory.forget)
    transaction.on_commit(rollup.compute)


def _remove_people(ids: Sequence[int]) -> None:
    """Who was known twice is another contact merged into theirs; it has nothing of its own."""
    merged = list(Contact.objects.filter(merged_into__in=ids).values_list("pk", flat=True))
    if merged:
        _remove_people(merged)
    Contact.objects.filter(pk__in=ids).delete()


def _colleagues() -> QuerySet[User]:
    return User.objects.filter(is_demo=True)


def _channels() -> QuerySet[Channel]:
    return Channel.objects.filter(provider=PROVIDER, external_id=MARK)


def _people() -> QuerySet[Contact]:
    return Contact.objects.filter(identities__channel__in=_channels()).distinct()


def _known() -> QuerySet[Contact]:
    """Those and the partners, who need not have written."""
    partners = books.partners_of(_people()).values("contact")
    return Contact.objects.filter(Q(pk__in=_people().values("pk")) | Q(pk__in=partners))


def _conversations() -> QuerySet[Conversation]:
    return Conversation.objects.filter(channel__in=_channels())


def _leads() -> QuerySet[Lead]:
    return Lead.objects.filter(contact__in=_people())


def _properties() -> QuerySet[Property]:
    seeded = Q(pk__in=[])
    for number, (code, title, *_rest) in enumerate(ROWS):
        seeded |= Q(code=code, title=title, address=address(number))
    return Property.objects.filter(seeded)


def _free_conversations() -> None:
    """Real people whom one of the demo's answers wait for a colleague from now on."""
    answered = Conversation.objects.filter(
        episode__human__in=_colleagues(), episode__closed_at=None
    ).exclude(channel__in=_channels())
    for conversation in answered.select_related("episode__human"):
        assert conversation.episode is not None and conversation.episode.human is not None
        ownership.give_back(conversation=conversation, user=conversation.episode.human)
        ownership.hand_to_queue(conversation=conversation)


def _drop_files_later() -> None:
    stored = Attachment.objects.filter(message__conversation__in=_conversations())
    names = list(stored.exclude(file="").values_list("file", flat=True))
    sent = list(stored.exclude(media_id="").values_list("media_id", flat=True))

    def drop() -> None:
        for name in names:
            default_storage.delete(name)
        for media_id in sent:
            media.forget(media_id)

    transaction.on_commit(drop)


def _remove_places() -> None:
    """The demo's teams and agencies, unless somebody else has moved in."""
    agencies = Agency.objects.filter(name__in=[agency_name(city) for city in CITIES])
    Team.objects.filter(name=TEAM, agency__in=agencies, people=None).delete()
    for agency in agencies:
        try:
            with transaction.atomic():
                agency.delete()
        except ProtectedError:
            continue
