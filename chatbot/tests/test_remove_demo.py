"""The demo goes whole or not at all, and takes nothing of anybody else with it."""

from pathlib import Path

import pytest
from django.conf import settings as installation
from django.core.management import CommandError, call_command
from django.db import transaction

from chatbot.models import InboundEvent
from chatbot.simulator import media
from chatbot.tests.desk import browser, conversation, hear, person, say
from crm.catalog.models import Photo, Property
from crm.conversations import ownership
from crm.conversations.identities import meet
from crm.conversations.models import (
    Channel,
    ChannelIdentity,
    Conversation,
    Episode,
    MessageRevision,
    MessageTemplate,
)
from crm.people.models import Agency, Contact, Team, User
from leads.models import Lead

pytestmark = pytest.mark.django_db
OURS = (User, Team, Agency, Contact, ChannelIdentity, Conversation, Lead, Property, Photo)
PAGE = "/demo/remove/"
PHONE = "51911000001"  # nobody of the demo has it


@pytest.fixture
def demo(settings, tmp_path):
    settings.DEMO = True
    settings.MEDIA_ROOT = tmp_path
    call_command("seed_demo")
    return Channel.objects.get(provider="simulator")


@pytest.fixture
def real(demo):
    """A channel of the business itself."""
    return Channel.objects.get(default_for="whatsapp")


@pytest.fixture
def boss(demo):
    return person("administrator", username="jefa", is_staff=True)


def sent_from_phone():
    return media.keep(b"%PDF-1.4", "application/pdf")


def removed(capsys):
    call_command("remove_demo", "--yes")
    return capsys.readouterr().out


def test_an_office_of_one_remains(demo, boss, real, capsys, django_capture_on_commit_callbacks):
    talk = conversation(demo, "Otra Inventada", PHONE)
    hear(talk, "La foto", kind="image").attachments.create(media_id=sent_from_phone().id)
    InboundEvent.objects.create(channel=demo, key="message:1", lane="a", kind="text", payload="{}")
    with django_capture_on_commit_callbacks(execute=True):
        said = removed(capsys)
    assert "7 colleagues, 1 channels, 41 people, 42 conversations, 36 leads, 14 properties" in said
    assert list(User.objects.all()) == [boss]
    assert list(Channel.objects.exclude(default_for="whatsapp")) == []
    assert not MessageTemplate.objects.exists() and not MessageRevision.objects.exists()
    assert [model.objects.count() for model in OURS[1:]] == [0] * (len(OURS) - 1)
    assert not Conversation.objects.filter(pk=talk.pk).exists()
    assert [one for one in Path(installation.MEDIA_ROOT).rglob("*") if one.is_file()] == []


def test_without_yes_it_only_says_what(demo, boss):
    with pytest.raises(CommandError, match="36 leads"):
        call_command("remove_demo")
    assert Lead.objects.count() == 36


def test_who_was_known_twice_goes_as_well(demo, boss, real, capsys):
    """With every contact that was merged into theirs, and into that one."""
    for name, value in (("Por id", "PE.1001"), ("Por número", PHONE), ("Otro", "51911000002")):
        pair = ("wa_id" if value.isdigit() else "user_id", value)
        with transaction.atomic():
            meet(channel=demo, addresses=[pair], name=name, phone="")
    for addresses in ([("wa_id", PHONE), ("user_id", "PE.1001")], [("wa_id", PHONE)]):
        known = [*addresses, ("wa_id", "51911000002")]
        with transaction.atomic():
            meet(channel=demo, addresses=known, name="", phone=PHONE)
    assert Contact.objects.exclude(merged_into=None).count() == 2
    removed(capsys)
    assert not Contact.objects.exists()


def test_what_is_ones_own_stays(demo, boss, real, capsys):
    mine = Property.objects.create(code="MIA-1", title="La mía", operation="sale")
    edited = Property.objects.get(code="LC-07")
    edited.title = "Local de verdad"
    edited.save()
    talk = conversation(real, "Persona Real", PHONE)
    lead = Lead.objects.create(
        contact=talk.contact, property=mine, assigned_to=User.objects.get(username="agente")
    )
    boss.agency = Agency.objects.get(name="Agencia Lima")
    boss.save()
    removed(capsys)
    lead.refresh_from_db()
    assert lead.assigned_to is None
    assert set(Property.objects.all()) == {mine, edited}
    assert list(Conversation.objects.all()) == [talk]
    assert [one.name for one in Agency.objects.all()] == ["Agencia Lima"]


def test_whom_the_demo_answered_waits_for_somebody(demo, boss, real, capsys):
    talk = conversation(real, "Persona Real", PHONE)
    say(talk, "Hola")
    ownership.claim(conversation=talk, user=User.objects.get(username="agente"))
    removed(capsys)
    talk.refresh_from_db()
    assert (talk.owner, talk.episode.human) == (Episode.Owner.QUEUE, None)


def test_a_real_lead_on_a_made_up_property_stops_it(demo, boss, real):
    talk = conversation(real, "Persona Real", PHONE)
    Lead.objects.create(contact=talk.contact, property=Property.objects.get(code="VM-01"))
    with pytest.raises(CommandError, match="Persona Real"):
        call_command("remove_demo", "--yes")
    assert Lead.objects.count() == 37
    assert User.objects.filter(is_demo=True).count() == 7


def test_somebody_must_be_able_to_log_in_afterwards(demo, boss):
    whole = {"is_active": boss.is_active, "password": boss.password, "is_demo": boss.is_demo}
    for lacking in ({"is_active": False}, {"password": "!"}, {"is_demo": True}):
        User.objects.filter(pk=boss.pk).update(**(whole | lacking))
        with pytest.raises(CommandError, match="createsuperuser"):
            call_command("remove_demo", "--yes")
        assert Lead.objects.count() == 36


def test_an_administrator_of_the_demo_removes_it_and_is_outside(demo, boss):
    admin = browser(User.objects.get(username="admin"), HTTP_HOST="localhost")
    assert PAGE in admin.get("/").content.decode()
    asked = admin.get(PAGE).content.decode()
    assert "Quitar los datos de demostración" in asked and "<dd>36</dd>" in asked
    answer = admin.post(PAGE, follow=True)
    assert answer.redirect_chain[-1][0].startswith("/accounts/login/")
    assert "Se quitaron los datos de demostración." in answer.content.decode()
    assert browser(boss).get(PAGE).url == "/"
    assert PAGE not in browser(boss).get("/").content.decode()


def test_the_page_says_what_is_missing_first(demo):
    admin = browser(User.objects.get(username="admin"), HTTP_HOST="localhost")
    asked = admin.get(PAGE).content.decode()
    assert "/admin/people/user/add/" in asked and "btn-danger" not in asked
    assert admin.post(PAGE).url == PAGE
    assert Lead.objects.count() == 36


def test_only_administrators_remove_it(demo):
    for role in ("agent", "marketer", "officer", "manager"):
        client = browser(person(role))
        assert PAGE not in client.get("/").content.decode()
        assert client.get(PAGE).status_code == client.post(PAGE).status_code == 403
    assert Lead.objects.count() == 36


def test_without_a_demo_there_is_nothing_to_do(capsys):
    assert "no demo" in removed(capsys)
