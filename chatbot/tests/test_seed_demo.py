"""The demo's office, and made-up rows in bulk."""

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from crm.catalog.models import Property
from crm.conversations import window
from crm.conversations.models import Attachment, Channel, Conversation, Message
from crm.people.models import Contact, ContactPoint, User
from leads.models import Lead

pytestmark = pytest.mark.django_db
ROLES = {
    "agente": "agent",
    "marketing": "marketer",
    "creditos": "officer",
    "gerente": "manager",
    "admin": "administrator",
}


@pytest.fixture
def demo(settings, tmp_path):
    settings.DEMO = True
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def office(demo):
    call_command("seed_demo", verbosity=0)


def told():
    """Who said what to whom, without the moments."""
    rows = Message.objects.order_by("id").select_related("conversation__contact", "user")
    return [
        (m.conversation.contact.name, m.direction, m.author, m.kind, m.text, m.state) for m in rows
    ]


def test_every_role_has_a_log_in(office, client):
    for username, role in ROLES.items():
        user = User.objects.get(username=username)
        assert user.roles == {role}
        assert user.is_demo and user.check_password("demo") and user.get_full_name()
    assert User.objects.get(username="admin").is_staff
    others = User.objects.exclude(username__in=ROLES)
    assert others and not any(user.has_usable_password() for user in others)


def test_the_log_ins_open_the_desk(office, client):
    here = {"headers": {"host": "localhost"}}
    words = {"login": "agente", "password": "demo"}
    assert client.post("/accounts/login/", words, **here).status_code == 302
    assert client.get("/leads/", **here).status_code == 200


def test_villa_marina_stands_in_miraflores_with_pictures(office):
    villa = Property.objects.get(code="VM-01")
    assert (villa.title, villa.district, villa.operation) == ("Villa Marina", "Miraflores", "sale")
    assert villa.photos.count() >= 2
    assert all(one.photos.exists() for one in Property.objects.all())


def test_leads_stand_everywhere_and_messages_are_of_every_kind(office):
    assert set(Lead.objects.values_list("status", flat=True)) == set(Lead.Status.values)
    sources = set(Lead.objects.values_list("source", flat=True))
    assert sources == set(Lead.Source.values) - {Lead.Source.LINK}  # WhatsApp has no deep links
    kinds = set(Message.objects.values_list("kind", flat=True))
    assert kinds >= {"text", "unsupported", "location", "image", "document"}
    failed = Message.objects.get(state="failed")
    assert failed.error_code and failed.error_text
    assert Attachment.objects.filter(state="ready").count() == 2
    assert not Message.objects.filter(state="queued").exists()


def test_each_special_case_is_there_to_be_seen(office):
    by_template = Message.objects.get(template__isnull=False)
    assert not window.is_open(by_template.conversation)
    assert by_template.text.startswith("Sobre tu consulta") and "{{" not in by_template.text
    held = Message.objects.get(state="held")
    assert held.error_text and not window.is_open(held.conversation)
    assert Message.objects.get(state="unknown").provider_id == ""
    edited, deleted = (
        Message.objects.get(edited_at__isnull=False),
        Message.objects.get(deleted_at__isnull=False),
    )
    assert edited.revisions.count() == 2 and deleted.revisions.count() == 1
    for about in (edited, Message.objects.get(kind="reaction")):
        assert Message.objects.filter(
            provider_id=about.reply_to, conversation=about.conversation
        ).exists()
    group = Conversation.objects.get(is_group=True)
    assert group.messages.exclude(sender="").count() == 3 and group.waiting_since is None


def test_people_are_known_since_they_first_wrote(office):
    talks = Conversation.objects.select_related("contact")
    assert all(one.contact.created_at == one.messages.first().shown_at for one in talks)


def test_who_came_by_an_advertisement_says_by_which(office):
    ads, others = Lead.objects.filter(source="ad"), Lead.objects.exclude(source="ad")
    assert all(one.ad_id and one.ad_title and one.ad_url and one.click_id for one in ads)
    assert not others.exclude(ad_id="").exists()


def test_templates_can_be_chosen_from(office):
    rows = Channel.objects.get(provider="simulator").templates
    assert set(rows.values_list("status", flat=True)) == {"APPROVED", "REJECTED"}
    assert rows.count() == 3


def test_each_colleague_speaks_only_where_they_answer(office):
    spoken = Message.objects.filter(author="colleague").select_related("conversation__episode")
    assert all(one.user_id == one.conversation.episode.human_id for one in spoken)


def test_nobody_in_it_can_be_reached(office):
    phones = ContactPoint.objects.filter(kind="phone").values_list("value", flat=True)
    assert phones and all(phone.startswith("+51900000") for phone in phones)
    assert set(Conversation.objects.values_list("channel__provider", flat=True)) == {"simulator"}
    channels = {channel.provider: channel for channel in Channel.objects.all()}
    assert channels["simulator"].is_live and channels["simulator"].secret("app_secret")
    assert not channels["meta"].is_live


def test_a_second_time_changes_nothing(office):
    before = told(), User.objects.count(), Property.objects.count(), Lead.objects.count()
    call_command("seed_demo", verbosity=0)
    after = told(), User.objects.count(), Property.objects.count(), Lead.objects.count()
    assert after == before


def test_it_is_the_same_each_time(demo):
    stories = []
    for _ in range(2):
        with transaction.atomic():
            call_command("seed_demo", verbosity=0)
            stories.append(told())
            transaction.set_rollback(True)
    assert stories[0] == stories[1]


def test_an_office_that_is_no_demo_is_left_alone(settings):
    settings.DEMO = False
    with pytest.raises(CommandError):
        call_command("seed_demo", verbosity=0)
    assert not User.objects.exists()


def test_many_leads_obey_the_rules_of_single_ones():
    call_command("seed_demo", leads=500, messages=300)
    assert Lead.objects.count() == 500
    assert set(Lead.objects.values_list("status", flat=True)) == set(Lead.Status.values)
    for lead in Lead.objects.all():
        assert (lead.closed_at is not None) == (lead.status in Lead.CLOSED)
        assert lead.first_message_at <= lead.last_message_at
    assert Lead.objects.filter(assigned_to=None).exists()
    assert not any(user.has_usable_password() for user in User.objects.all())
    assert Message.objects.count() == 300
    assert Contact.objects.filter(search_name__startswith="ana ").exists()


def test_after_many_leads_the_next_row_gets_a_free_key():
    call_command("seed_demo", leads=50, messages=50)
    call_command("seed_demo", leads=50, messages=50)
    assert (Lead.objects.count(), Message.objects.count()) == (100, 100)
    contact = Contact.objects.create(name="Una más")
    lead = Lead.objects.create(contact=contact)
    with pytest.raises(IntegrityError), transaction.atomic():
        Lead.objects.create(contact=contact)
    assert Lead.objects.latest("pk") == lead


def test_a_conversation_in_bulk_is_a_whole_one():
    call_command("seed_demo", leads=20, messages=45)
    conversations = Conversation.objects.select_related("episode", "identity")
    assert conversations and all(c.episode.conversation_id == c.pk for c in conversations)
    assert {c.messages.count() for c in conversations} <= {11, 12}
    assert all(c.identity.addresses.count() == 1 for c in conversations)
    assert all(c.last_direction == c.messages.last().direction for c in conversations)
