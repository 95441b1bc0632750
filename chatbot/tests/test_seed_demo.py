"""The demo's office, looked at from all sides; it is seeded once for all of these tests."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.utils import timezone

from chatbot.demo import proofs
from chatbot.demo.lending import plans
from chatbot.tests.offices import told
from crm.audit.models import AuditEntry
from crm.catalog.models import Property
from crm.conversations import window
from crm.conversations.models import Attachment, Channel, Conversation, Message
from crm.people.documents import clean_document
from crm.people.models import Contact, ContactPoint, User
from leads.models import Lead
from partners import arrears, ledger
from partners.identity import registered
from partners.lending.arrears import bucket_of
from partners.models import (
    Loan,
    LoanProduct,
    Partner,
    Payment,
    PaymentOption,
    Portfolio,
    PortfolioShare,
    Receipt,
)
from tickets.deadlines import is_late
from tickets.models import CannedReply, Ticket

pytestmark = [pytest.mark.once, pytest.mark.django_db, pytest.mark.usefixtures("office")]
ROLES = {
    "agente": "agent",
    "marketing": "marketer",
    "creditos": "officer",
    "gerente": "manager",
    "admin": "administrator",
}


@pytest.fixture
def office(seeded, settings):
    settings.DEMO = True
    settings.MEDIA_ROOT = seeded


def test_every_role_has_a_log_in(client):
    for username, role in ROLES.items():
        user = User.objects.get(username=username)
        assert user.roles == {role}
        assert user.is_demo and user.check_password("demo") and user.get_full_name()
    assert User.objects.get(username="admin").is_staff
    others = User.objects.exclude(username__in=ROLES)
    assert others and not any(user.has_usable_password() for user in others)


def test_the_log_ins_open_the_desk(client):
    here = {"headers": {"host": "localhost"}}
    words = {"login": "agente", "password": "demo"}
    assert client.post("/accounts/login/", words, **here).status_code == 302
    assert client.get("/leads/", **here).status_code == 200


def test_villa_marina_stands_in_miraflores_with_pictures():
    villa = Property.objects.get(code="VM-01")
    assert (villa.title, villa.district, villa.operation) == ("Villa Marina", "Miraflores", "sale")
    assert villa.photos.count() >= 2
    assert all(one.photos.exists() for one in Property.objects.all())


def test_leads_stand_everywhere_and_messages_are_of_every_kind():
    assert set(Lead.objects.values_list("status", flat=True)) == set(Lead.Status.values)
    sources = set(Lead.objects.values_list("source", flat=True))
    assert sources == set(Lead.Source.values) - {Lead.Source.LINK}  # WhatsApp has no deep links
    kinds = set(Message.objects.values_list("kind", flat=True))
    assert kinds >= {"text", "unsupported", "location", "image", "document"}
    failed = Message.objects.get(state="failed")
    assert failed.error_code and failed.error_text
    assert Attachment.objects.filter(state="ready").count() == 2
    assert not Message.objects.filter(state="queued").exists()


def test_each_special_case_is_there_to_be_seen():
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


def test_people_are_known_since_they_first_wrote():
    talks = Conversation.objects.select_related("contact")
    assert all(one.contact.created_at == one.messages.first().shown_at for one in talks)


def test_who_came_by_an_advertisement_says_by_which():
    ads, others = Lead.objects.filter(source="ad"), Lead.objects.exclude(source="ad")
    assert all(one.ad_id and one.ad_title and one.ad_url and one.click_id for one in ads)
    assert not others.exclude(ad_id="").exists()


def test_templates_can_be_chosen_from():
    rows = Channel.objects.get(provider="simulator").templates
    assert set(rows.values_list("status", flat=True)) == {"APPROVED", "REJECTED"}
    assert rows.count() == 3


def test_each_colleague_speaks_only_where_they_answer():
    spoken = Message.objects.filter(author="colleague").select_related("conversation__episode")
    answering = {one.pk: one.conversation.episode.human_id for one in spoken}
    # One conversation went back to the bot.
    assert all(answering[one.pk] in (one.user_id, None) for one in spoken)


def test_nobody_in_it_can_be_reached():
    phones = ContactPoint.objects.filter(kind="phone").values_list("value", flat=True)
    reached = [phone for phone in phones if not phone.startswith("+51900000")]
    assert len(phones) > 70 and reached == ["+51987654321"]  # the one everybody asks for
    assert set(Conversation.objects.values_list("channel__provider", flat=True)) == {"simulator"}
    channels = {channel.provider: channel for channel in Channel.objects.all()}
    assert channels["simulator"].is_live and channels["simulator"].secret("app_secret")
    assert not channels["meta"].is_live


def test_the_first_partner_is_who_the_handbook_says():
    one = Contact.objects.get(document_type="dni", document_number="12345678")
    assert (one.birthday.year, one.phone, one.partner.number) == (1990, "+51987654321", "S-0001")
    assert one.points.get(kind="phone").verified_at is not None
    loans = list(one.partner.loans.running())
    assert len(loans) == 2 and [bool(loan.overdue) for loan in loans].count(True) == 1
    assert all(loan.payments.exists() and loan.left for loan in loans)
    assert one.partner.receipts.filter(status="pending").exists()


def test_partners_stand_at_both_agencies_under_one_officer():
    officers = set(Partner.objects.values_list("officer__username", flat=True))
    assert Partner.objects.count() == 33 and officers == {"creditos"}
    assert Partner.objects.values("agency").distinct().count() == 2
    for partner in Partner.objects.select_related("contact"):
        number = partner.contact.document_number
        assert clean_document(partner.contact.document_type, number) == number
        assert registered(partner.contact), partner.number


def test_there_is_a_loan_of_every_kind():
    today = timezone.localdate()
    assert set(Loan.objects.values_list("status", flat=True)) == set(Loan.Status.values)
    late = {bucket_of(loan.days_past_due(today)) for loan in Loan.objects.running()}
    assert late == {None, *arrears.buckets()}
    assert set(Loan.objects.values_list("currency", flat=True)) == {"PEN", "USD"}
    assert LoanProduct.objects.count() == 3
    assert Loan.objects.filter(status="draft", disbursed_on__gt=today).count() == 2


@pytest.mark.parametrize("days", range(0, 62, 3))
def test_on_whatever_day_it_is_made(days):
    """Months are of different lengths: each plan stays what it was meant to be."""
    today = date(2027, 1, 28) + timedelta(days=days)
    meant = [bucket_of(-plan.days) if plan.days < 0 else None for plan in plans()]
    for plan, bucket in zip(plans(), meant, strict=True):
        late = (today - plan.due(today)).days
        assert (bucket_of(late) if late > 0 else None) == bucket


def test_every_cent_is_right():
    looked_at, found = ledger.verify()
    assert found == [] and looked_at == Loan.objects.exclude(installments=None).count()
    assert not Payment.objects.filter(paid_on__gt=timezone.localdate()).exists()


def test_the_portfolio_is_added_up():
    assert Portfolio.objects.get().day == timezone.localdate()
    lent = sum(loan.principal_left for loan in Loan.objects.running())
    assert sum(one.principal for one in PortfolioShare.objects.all()) == lent > 0


def test_pictures_show_the_currency_of_the_loan_they_pay():
    of_loans = set(Receipt.objects.exclude(loan=None).values_list("loan__currency", flat=True))
    banks = PaymentOption.objects.filter(kind="bank").values_list("currency", "number")
    assert of_loans == {"PEN", "USD"} and dict(banks) == proofs.ACCOUNTS
    drawn = {
        proofs.picture(proofs.Proof(Decimal(90), date(2026, 1, 5), "OP-1", currency))
        for currency in of_loans
    }
    assert len(drawn) == 2


def test_receipts_wait_and_were_decided():
    states = list(Receipt.objects.values_list("status", flat=True))
    assert states.count("pending") >= 2 and set(states) == set(Receipt.Status.values)
    for one in Receipt.objects.all():
        assert one.content_type == "image/png" and one.file.storage.exists(one.picture(1))
        assert (one.payment is not None) == (one.status == "approved")
        assert (one.reviewer is not None) == (one.status != "pending")
    assert Receipt.objects.get(status="rejected").reason


def test_there_are_ways_to_pay():
    bank = PaymentOption.objects.filter(kind="bank", currency="PEN").get()
    assert len(bank.cci) == 20 and bank.number
    assert PaymentOption.objects.get(kind="yape").number == "+51900000190"


def test_some_partners_have_written():
    talks = Conversation.objects.filter(contact__partner__isnull=False)
    assert talks.count() == 4 and all(one.messages.count() > 1 for one in talks)
    first = Message.objects.filter(conversation__contact__document_number="12345678")
    assert first and all(one.is_private for one in first)


def test_the_log_tells_who_did_what_when():
    entries = AuditEntry.objects.order_by("id")
    booked = entries.filter(action="payment_booked")
    assert booked.count() == Payment.objects.count()
    assert {entry.actor.username for entry in entries if entry.actor} == {"creditos"}
    moments = list(booked.values_list("at", flat=True))
    assert moments == sorted(moments) and moments[-1] <= timezone.now()
    assert Decimal(booked[0].after["amount"]) > 0


def test_a_second_time_changes_nothing():
    before = told(), User.objects.count(), Property.objects.count(), Lead.objects.count()
    call_command("seed_demo", verbosity=0)
    after = told(), User.objects.count(), Property.objects.count(), Lead.objects.count()
    assert after == before


def test_tickets_stand_in_every_state_and_one_is_late():
    tickets = Ticket.objects.all()
    assert set(tickets.values_list("status", flat=True)) == set(Ticket.Status.values)
    assert tickets.exclude(merged_into=None).count() == 1
    assert {1, 2, 3, 4} == set(tickets.values_list("priority", flat=True))
    assert {2, 4, 5} <= set(tickets.values_list("satisfaction", flat=True))
    assert any(is_late(one, "resolution", timezone.now()) for one in tickets)
    assert CannedReply.objects.exists()
