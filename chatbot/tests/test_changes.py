"""Edits, deletions, wishes, names and templates: what providers change afterwards."""

from datetime import UTC, datetime, timedelta
from smtplib import SMTPRecipientsRefused

import pytest
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone

from chatbot.alarms import tell_administrators
from chatbot.channels.events import (
    AccountNews,
    Address,
    Deletion,
    Edit,
    PersonNews,
    Preference,
    TemplateNews,
)
from chatbot.jobs import purge_events
from chatbot.tests.desk import person
from chatbot.tests.events import apply, heard
from chatbot.waiting import NotYet
from crm.conversations import outreach, window
from crm.conversations.models import Channel, Conversation, Message, MessageTemplate, NotedName
from crm.people.models import Contact, ContactPoint
from leads.models import Lead

pytestmark = pytest.mark.django_db

ANA = (Address("wa_id", "51911000001"),)
BETO = (Address("wa_id", "51911000002"),)


@pytest.fixture
def written(channel):
    apply(channel, heard("Hola, quiero uno", id="M1"))
    return Message.objects.get(provider_id="M1")


def test_an_edit_replaces_the_text_and_keeps_what_was_said(channel, written):
    apply(channel, Edit("M1", "Hola, quiero dos"))
    written.refresh_from_db()
    assert written.text == "Hola, quiero dos"
    assert written.edited_at is not None
    assert [one.text for one in written.revisions.all()] == ["Hola, quiero uno"]


def test_the_list_follows_only_if_it_were_the_last_words(channel, written):
    talk = Conversation.objects.get(pk=written.conversation_id)
    talk.messages.exclude(pk=written.pk).delete()
    Conversation.objects.update(last_text=written.text)
    apply(channel, Edit("M1", "Hola, quiero dos"))
    talk.refresh_from_db()
    assert talk.last_text == "Hola, quiero dos"
    apply(channel, heard("¿Y?", id="M2"))
    apply(channel, Edit("M1", "Otra cosa"))
    talk.refresh_from_db()
    assert talk.last_text != "Otra cosa"


def test_the_same_edit_twice_changes_nothing(channel, written):
    now = datetime.now(UTC)
    apply(channel, Edit("M1", "nuevo", now))
    apply(channel, Edit("M1", "nuevo", now))
    written.refresh_from_db()
    assert written.text == "nuevo"
    assert written.revisions.count() == 1


def test_a_deletion_leaves_a_tombstone(channel, written):
    apply(channel, Deletion("M1"))
    apply(channel, Deletion("M1"))
    written.refresh_from_db()
    assert written.text == ""
    assert written.deleted_at is not None
    assert [one.text for one in written.revisions.all()] == ["Hola, quiero uno"]


def test_no_list_tells_what_was_deleted(channel):
    apply(channel, heard("Me interesa el depa, vivo en el 1234", id="M1"))
    Conversation.objects.update(last_text="Me interesa el depa, vivo en el 1234")
    apply(channel, heard("👍", id="R1", kind="reaction", reply_to="M1", wakes=False))
    assert "1234" in Lead.objects.get().last_text
    apply(channel, Deletion("M1"))
    assert "1234" not in Conversation.objects.get().last_text + Lead.objects.get().last_text


def test_of_a_late_message_too(channel):
    apply(channel, heard("Hola", id="M1"))
    early = timezone.now() - timedelta(minutes=10)
    apply(channel, heard("mi clave es 1234", id="M0", at=early, wakes=False))
    Conversation.objects.update(last_text="mi clave es 1234")
    apply(channel, Deletion("M0"))
    assert "1234" not in Conversation.objects.get().last_text


def test_one_channels_ids_are_not_anothers(channel, written):
    other = Channel.objects.create(name="Otro", provider="meta", mode="live")
    with pytest.raises(NotYet):
        apply(other, Deletion("M1"))


@pytest.mark.parametrize(("addresses", "outgoing"), [(BETO, False), (BETO, None), (ANA, True)])
def test_what_somebody_else_changes_is_not_this_message(channel, written, addresses, outgoing):
    whose = {"addresses": addresses, "outgoing": outgoing}
    for change in (Edit("M1", "Otra cosa", **whose), Deletion("M1", **whose)):
        with pytest.raises(NotYet):
            apply(channel, change)
    written.refresh_from_db()
    assert (written.text, written.deleted_at) == ("Hola, quiero uno", None)


@pytest.mark.parametrize(("addresses", "outgoing"), [(ANA, False), (ANA, None), ((), False)])
def test_what_its_author_changes_is(channel, written, addresses, outgoing):
    apply(channel, Edit("M1", "Otra cosa", addresses=addresses, outgoing=outgoing))
    written.refresh_from_db()
    assert written.text == "Otra cosa"


def test_what_comes_before_its_message_is_not_lost(channel):
    for early in (Edit("M9", "x"), Deletion("M9")):
        with pytest.raises(NotYet):
            apply(channel, early)


def test_who_wants_no_marketing_is_marked_and_may_come_back(channel, written):
    contact = written.conversation.contact
    apply(channel, Preference(ANA, wanted=False))
    contact.refresh_from_db()
    assert contact.opted_out_at is not None
    apply(channel, Preference(ANA, wanted=True))
    contact.refresh_from_db()
    assert contact.opted_out_at is None


def test_a_name_from_an_address_book_makes_nobody_new(channel, written):
    apply(channel, PersonNews(ANA, name="Ana de la Agenda"))
    apply(channel, PersonNews((Address("wa_id", "51900000000"),), name="Nadie"))
    assert [talk.contact.name for talk in Conversation.objects.all()] == ["Ana de la Agenda"]


def test_who_blocked_us_is_marked_until_they_write_again(channel, written):
    identity = written.conversation.identity
    apply(channel, PersonNews(ANA, reachable=False))
    identity.refresh_from_db()
    assert identity.unreachable_at is not None
    apply(channel, heard("Volví"))
    identity.refresh_from_db()
    assert identity.unreachable_at is None


def test_news_of_a_template_change_only_what_they_say(channel):
    body = [{"type": "BODY", "text": "Hola {{1}}"}]
    apply(channel, TemplateNews("saludo", "es", status="APPROVED", components=body))
    apply(channel, TemplateNews("saludo", "es", status="PAUSED", reason="se pausó"))
    apply(channel, TemplateNews("saludo", "es", quality="RED"))
    one = MessageTemplate.objects.get()
    assert (one.status, one.quality, one.reason) == ("PAUSED", "RED", "se pausó")
    assert one.components == body
    apply(channel, TemplateNews("saludo", "es", status="APPROVED"))
    one.refresh_from_db()
    assert one.reason == ""


def test_a_restricted_account_stops_the_channel_and_tells_administrators(
    channel, mailoutbox, django_capture_on_commit_callbacks
):
    person("administrator", email="admin@ejemplo.test")
    person("agent", email="agente@ejemplo.test")
    bad = AccountNews(Channel.Health.RED, "Cuenta restringida", code="R1", stops=True)
    with django_capture_on_commit_callbacks() as queued:
        apply(channel, bad)
        apply(channel, bad)
    channel.refresh_from_db()
    assert channel.health == "red"
    assert channel.stopped_at is not None
    assert len(queued) == 1
    tell_administrators(channel.pk)
    assert [mail.to for mail in mailoutbox] == [["admin@ejemplo.test"]]
    assert "Cuenta restringida" in mailoutbox[0].body


class PickyMail(EmailBackend):
    """A mail server that knows no address of `nowhere.test`."""

    def send_messages(self, messages):
        for message in messages:
            if any(one.endswith("@nowhere.test") for one in message.to):
                raise SMTPRecipientsRefused(dict.fromkeys(message.to, (550, b"unknown")))
        return super().send_messages(messages)


def test_one_bad_address_keeps_the_word_from_no_other_administrator(channel, settings, mailoutbox):
    settings.EMAIL_BACKEND = f"{__name__}.PickyMail"
    person("administrator", username="ada", email="ada@nowhere.test")
    with pytest.raises(SMTPRecipientsRefused):
        tell_administrators(channel.pk)
    person("administrator", username="bea", email="bea@ejemplo.test")
    tell_administrators(channel.pk)
    assert [mail.to for mail in mailoutbox] == [["bea@ejemplo.test"]]


def test_good_news_clear_the_light_but_not_a_stop(channel):
    apply(channel, AccountNews(Channel.Health.YELLOW, "Conectando"))
    channel.refresh_from_db()
    assert (channel.health, channel.last_error) == ("yellow", "Conectando")
    apply(channel, AccountNews(Channel.Health.GREEN, ""))
    channel.refresh_from_db()
    assert (channel.health, channel.last_error) == ("green", "")
    Channel.objects.filter(pk=channel.pk).update(stopped_at=timezone.now(), health="red")
    apply(channel, AccountNews(Channel.Health.GREEN, ""))
    channel.refresh_from_db()
    assert channel.health == "red"


# --- Out of order ----------------------------------------------------------------------------


def test_an_older_wording_that_comes_late_is_kept_and_not_shown(channel, written):
    now = timezone.now()
    apply(channel, Edit("M1", "tres", now))
    for _ in range(2):
        apply(channel, Edit("M1", "dos", now - timedelta(seconds=5)))
    written.refresh_from_db()
    assert written.text == "tres"
    assert [one.text for one in written.revisions.all()] == ["Hola, quiero uno", "dos"]


def test_an_edit_of_what_is_deleted_is_kept_below_the_tombstone(channel, written):
    now = timezone.now()
    apply(channel, Deletion("M1", now))
    apply(channel, Edit("M1", "dos", now - timedelta(seconds=5)))
    written.refresh_from_db()
    assert (written.text, written.revisions.last().text) == ("", "dos")


def test_who_returns_to_the_first_wording_is_not_undone_by_what_was_between(channel, written):
    now = timezone.now()
    apply(channel, Edit("M1", "Hola, quiero uno", now))
    apply(channel, Edit("M1", "Hola, quiero dos", now - timedelta(seconds=5)))
    written.refresh_from_db()
    assert written.text == "Hola, quiero uno"


@pytest.mark.parametrize("order", [(True, False), (False, True)], ids=["yes, no", "no, yes"])
def test_the_newest_wish_counts_however_they_come(channel, written, order):
    at = timezone.now() - timedelta(hours=1)
    later = {True: at, False: at + timedelta(minutes=5)}
    for wanted in order:
        apply(channel, Preference(ANA, wanted=wanted, at=later[wanted]))
    assert Conversation.objects.get().contact.opted_out_at == later[False]
    for wanted in order:
        newer = {True: at + timedelta(minutes=20), False: at + timedelta(minutes=10)}[wanted]
        apply(channel, Preference(ANA, wanted=wanted, at=newer))
    assert Conversation.objects.get().contact.opted_out_at is None


def test_the_wish_of_somebody_known_by_number_alone_is_theirs(channel):
    contact = Contact.objects.create(name="Ana Ficticia")
    typed = {"kind": "phone", "value": "+51911000001", "raw": "911000001", "primary": True}
    ContactPoint.objects.create(contact=contact, **typed)
    apply(channel, Preference(ANA, wanted=False))
    contact.refresh_from_db()
    assert contact.opted_out_at is not None


def test_the_wish_of_a_stranger_waits_for_them_to_write(channel):
    wish = Preference(ANA, wanted=False, at=timezone.now())
    with pytest.raises(NotYet):
        apply(channel, wish)
    apply(channel, heard("Hola"))
    apply(channel, wish)
    assert Conversation.objects.get().contact.opted_out_at == wish.at


def test_who_wants_marketing_and_is_nobody_is_not_waited_for(channel):
    assert apply(channel, Preference(ANA, wanted=True))
    assert not Contact.objects.exists()


def test_the_address_book_names_who_writes_after_it_came(channel):
    apply(channel, PersonNews(ANA, name="Anita"))
    apply(channel, PersonNews(ANA, name="Ana de la Agenda"))
    assert not Contact.objects.exists()
    apply(channel, heard("Hola", name="", historical=True, wakes=False))
    assert Contact.objects.get().name == "Ana de la Agenda"
    apply(channel, heard("Hola", name="Ana Ficticia"))
    assert Contact.objects.get().name == "Ana Ficticia"


def test_the_address_book_is_forgotten_after_a_month(channel):
    apply(channel, PersonNews(ANA, name="Ana de la Agenda"))
    NotedName.objects.update(noted_at=timezone.now() - timedelta(days=31))
    purge_events()
    assert not NotedName.objects.exists()


def test_who_wrote_just_before_the_account_was_connected_can_be_answered(channel):
    ago = timezone.now() - timedelta(hours=1)
    old = {"historical": True, "wakes": False}
    apply(channel, heard("Ayer", at=ago - timedelta(days=1), **old))
    talk = Conversation.objects.get()
    assert not window.is_open(talk)
    held = outreach.send(conversation=talk, text="Buenas", author="colleague")
    Message.objects.filter(pk=held.pk).update(state="held")
    apply(channel, heard("Hace una hora", at=ago, **old))
    apply(channel, heard("Le ayudo", at=timezone.now(), outgoing=True, **old))
    talk.refresh_from_db()
    held.refresh_from_db()
    assert talk.last_inbound_at == ago
    assert window.is_open(talk)
    assert (talk.waiting_since, held.state) == (None, "queued")


def test_history_without_a_time_opens_no_window(channel):
    apply(channel, heard("¿Cuándo?", historical=True, wakes=False))
    assert Conversation.objects.get().last_inbound_at is None
