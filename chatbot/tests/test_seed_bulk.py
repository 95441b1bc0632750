"""Made-up rows in bulk, and an office seeded from nothing."""

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from chatbot.tests.offices import told
from crm.conversations.models import Conversation, Message
from crm.people.models import Contact, User
from leads.models import Lead
from partners import ledger
from partners.models import Loan, Partner, PortfolioShare
from partners.payments import book_payment

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(settings, tmp_path):
    settings.DEMO = True
    settings.MEDIA_ROOT = tmp_path


@pytest.mark.once
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


def test_without_a_demo_there_is_nothing_to_remove(capsys):
    call_command("remove_demo", "--yes")
    assert "no demo" in capsys.readouterr().out


def test_every_second_of_many_partners_has_a_loan_that_is_right():
    call_command("seed_demo", partners=130)
    assert (Partner.objects.count(), Loan.objects.count()) == (130, 65)
    assert ledger.verify() == (65, [])
    assert set(Loan.objects.values_list("status", flat=True)) == {"active", "closed"}
    assert Loan.objects.filter(overdue__gt=0).exists()
    lent = sum(loan.principal_left for loan in Loan.objects.running())
    assert sum(one.principal for one in PortfolioShare.objects.all()) == lent > 0
    assert not any(user.has_usable_password() for user in User.objects.all())


def test_bulk_loans_take_payments_like_any_other():
    call_command("seed_demo", partners=20)
    call_command("seed_demo", partners=20)
    loan = Loan.objects.running().order_by("pk").last()
    book_payment(loan=loan, amount=loan.next_amount, paid_on=loan.as_of, by=None)
    assert ledger.verify() == (20, [])
    contact = Contact.objects.create(name="Una más")
    last = Partner.objects.order_by("pk").last()
    assert Partner.objects.create(contact=contact, number="S-1").pk == last.pk + 1
