"""The demo goes whole or not at all, and takes nothing of anybody else with it."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings as installation
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from chatbot.dialog import sessions
from chatbot.models import InboundEvent, PartnerSession
from chatbot.simulator import media
from chatbot.tests.desk import browser, conversation, hear, person, say
from crm.audit.models import AuditEntry, record
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
from crm.imports.models import Import
from crm.people.models import Agency, Contact, Team, User
from leads.models import Lead
from partners.loans import disburse, draft_loan
from partners.models import (
    Installment,
    Loan,
    LoanProduct,
    Partner,
    Payment,
    PaymentAllocation,
    PaymentOption,
    PortfolioShare,
    Receipt,
)
from partners.payments import book_payment

pytestmark = pytest.mark.django_db
OURS = (
    User, Team, Agency, Contact, ChannelIdentity, Conversation, Lead, Property, Photo, Partner,
    Loan, Installment, Payment, PaymentAllocation, Receipt, LoanProduct, PaymentOption, AuditEntry,
    PortfolioShare,
)  # fmt: skip
PAGE = "/demo/remove/"
PHONE = "51911000001"  # nobody of the demo has it


@pytest.fixture
def demo(seeded, own_files, settings):
    settings.DEMO = True
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
    assert "7 colleagues, 1 channels, 74 people, 46 conversations, 36 leads, 14 properties" in said
    assert "33 partners, 38 loans" in said
    assert list(User.objects.all()) == [boss]
    assert list(Channel.objects.exclude(default_for="whatsapp")) == []
    assert not MessageTemplate.objects.exists() and not MessageRevision.objects.exists()
    assert [model.objects.count() for model in OURS[1:]] == [0] * (len(OURS) - 1)
    assert not Conversation.objects.filter(pk=talk.pk).exists()
    assert [one for one in Path(installation.MEDIA_ROOT).rglob("*") if one.is_file()] == []


@pytest.mark.once
def test_without_yes_it_only_says_what(demo, boss):
    with pytest.raises(CommandError, match="36 leads"):
        call_command("remove_demo")
    assert Lead.objects.count() == 36


@pytest.mark.once
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


@pytest.mark.once
def test_who_is_logged_in_by_chat_goes_as_well(demo, boss, real, capsys):
    partner = Partner.objects.order_by("pk").first()
    talk = conversation(real, "Persona Real", PHONE)
    way, now = PartnerSession.Way.CODE, timezone.now()
    with transaction.atomic():
        sessions.open_session(conversation=talk, partner=partner, way=way, now=now)
    removed(capsys)
    assert not PartnerSession.objects.exists() and not Partner.objects.exists()
    assert Conversation.objects.get() == talk


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


def borrower(**fields):
    contact = Contact.objects.create(name="Persona Real", document_number="45454545")
    return Partner.objects.create(contact=contact, number="R-1", **fields)


def test_a_loan_of_ones_own_keeps_what_it_stands_on(demo, boss, real, capsys):
    """Its product stays; what a colleague of the demo did to it is nobody's, but told."""
    officer = User.objects.get(username="creditos")
    partner = borrower(officer=officer, agency=Agency.objects.get(name="Agencia Lima"))
    product = LoanProduct.objects.get(code="CONSUMO")
    begun = timezone.localdate() - timedelta(days=40)
    loan = draft_loan(
        partner=partner, product=product, principal=Decimal(900), terms=6, disbursed_on=begun,
        first_due=begun + timedelta(days=30), number="R-77", by=officer,
    )  # fmt: skip
    disburse(loan=loan, by=boss)
    payment = book_payment(loan=loan, amount=Decimal(100), paid_on=timezone.localdate(), by=officer)
    removed(capsys)
    assert list(Loan.objects.all()) == [loan] and list(LoanProduct.objects.all()) == [product]
    partner.refresh_from_db()
    payment.refresh_from_db()
    assert (partner.officer, payment.booked_by) == (None, None)
    told = AuditEntry.objects.about(loan)
    assert [(one.action, one.actor, one.reason) for one in told] == [
        ("payment_booked", None, "Clara Demostración"),
        ("loan_disbursed", boss, ""),
        ("loan_drafted", None, "Clara Demostración"),
    ]


@pytest.mark.once
def test_a_file_the_demo_imported_goes_with_whoever_imported_it(
    demo, boss, real, capsys, django_capture_on_commit_callbacks
):
    officer = User.objects.get(username="creditos")
    theirs = Import.objects.create(kind="partners", original_name="socios.csv", by=officer)
    mine = Import.objects.create(kind="partners", original_name="socios.csv", by=boss)
    for one in (theirs, mine):
        one.folder.mkdir(parents=True)
        (one.folder / "rows.jsonl").write_text("[]")
    with django_capture_on_commit_callbacks(execute=True):
        removed(capsys)
    assert list(Import.objects.all()) == [mine]
    assert (theirs.folder.exists(), mine.folder.exists()) == (False, True)


@pytest.mark.once
def test_what_was_made_ones_own_of_the_loans_stays(demo, boss, real, capsys):
    ours = Partner.objects.get(number="S-0012")
    ours.contact.name = "Persona Real"
    ours.contact.save()
    option = PaymentOption.objects.get(kind="yape")
    option.number = "987 000 000"
    option.save()
    removed(capsys)
    assert list(Partner.objects.all()) == [ours] and ours.loans.exists()
    assert list(PaymentOption.objects.all()) == [option]


@pytest.mark.once
def test_who_wrote_to_the_demo_and_became_a_partner_goes_too(demo, boss, real, capsys):
    talk = conversation(demo, "Otra Inventada", PHONE)
    mine = Partner.objects.create(contact=talk.contact, number="S-0900")
    record(action="partner_registered", subject=mine, by=boss)
    removed(capsys)
    assert not Partner.objects.exists() and not AuditEntry.objects.exists()


@pytest.mark.once
def test_whom_the_demo_answered_waits_for_somebody(demo, boss, real, capsys):
    talk = conversation(real, "Persona Real", PHONE)
    say(talk, "Hola")
    ownership.claim(conversation=talk, user=User.objects.get(username="agente"))
    removed(capsys)
    talk.refresh_from_db()
    assert (talk.owner, talk.episode.human) == (Episode.Owner.QUEUE, None)


@pytest.mark.once
def test_a_real_lead_on_a_made_up_property_stops_it(demo, boss, real):
    talk = conversation(real, "Persona Real", PHONE)
    Lead.objects.create(contact=talk.contact, property=Property.objects.get(code="VM-01"))
    with pytest.raises(CommandError, match="Persona Real"):
        call_command("remove_demo", "--yes")
    assert Lead.objects.count() == 37
    assert User.objects.filter(is_demo=True).count() == 7


@pytest.mark.once
def test_somebody_must_be_able_to_log_in_afterwards(demo, boss):
    whole = {"is_active": boss.is_active, "password": boss.password, "is_demo": boss.is_demo}
    for lacking in ({"is_active": False}, {"password": "!"}, {"is_demo": True}):
        User.objects.filter(pk=boss.pk).update(**(whole | lacking))
        with pytest.raises(CommandError, match="createsuperuser"):
            call_command("remove_demo", "--yes")
        assert Lead.objects.count() == 36


@pytest.mark.once
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


@pytest.mark.once
def test_the_page_says_what_is_missing_first(demo):
    admin = browser(User.objects.get(username="admin"), HTTP_HOST="localhost")
    asked = admin.get(PAGE).content.decode()
    assert "/admin/people/user/add/" in asked and "btn-danger" not in asked
    assert admin.post(PAGE).url == PAGE
    assert Lead.objects.count() == 36


@pytest.mark.once
def test_only_administrators_remove_it(demo):
    for role in ("agent", "marketer", "officer", "manager"):
        client = browser(person(role))
        assert PAGE not in client.get("/").content.decode()
        assert client.get(PAGE).status_code == client.post(PAGE).status_code == 403
    assert Lead.objects.count() == 36
