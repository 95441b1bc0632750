"""The queue and the review as an officer meets them, and what others do not."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from crm.desk.counting import count_each
from crm.people.models import Agency
from partners.models import Payment, Receipt
from partners.payments import book_payment, reverse_payment
from partners.receipts import approve_receipt, reject_receipt, submit_receipt
from partners.review import holding
from partners.review.dashboard import cards
from partners.review.menu import ENTRIES
from partners.review.pulse import pulse
from partners.tests import proofs
from partners.tests.conftest import make_partner
from partners.tests.reviewing import FACTS, facts, fresh, page, read

pytestmark = [pytest.mark.once, pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

COLOURS = ("white", "red", "green", "blue", "yellow")


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def rosa(colleague):
    return colleague("officer", username="rosa", first_name="Rosa", last_name="Ramos")


@pytest.fixture
def receipt(partner, loan):
    return submit_receipt(partner=partner, file=proofs.picture(), loan=loan)


@pytest.fixture
def three(partner, loan):
    return [
        submit_receipt(partner=partner, file=proofs.picture(colour=one), loan=loan)
        for one in COLOURS[:3]
    ]


@pytest.fixture
def at_desk(browser, officer):
    return browser(officer)


# --- The queue -------------------------------------------------------------------------------


def test_an_empty_queue_says_that_nothing_waits(at_desk):
    assert "Nothing waits" in read(at_desk, reverse("partners:receipts"))


def test_the_queue_holds_what_waits_the_oldest_first(at_desk, three, officer):
    reject_receipt(receipt=three[1], by=officer, reason="No")
    shown = read(at_desk, reverse("partners:receipts"))
    places = [shown.find(page(one)) for one in three]
    assert places[1] == -1 and 0 < places[0] < places[2]
    rejected = read(at_desk, f"{reverse('partners:receipts')}?status=rejected")
    assert page(three[1]) in rejected and page(three[0]) not in rejected
    everything = read(at_desk, f"{reverse('partners:receipts')}?status=all")
    assert all(page(one) in everything for one in three)


def test_the_queue_is_narrowed_by_agency_and_officer(at_desk, receipt, officer, partner):
    partner.agency, partner.officer = Agency.objects.create(name="Norte"), officer
    partner.save()
    other = submit_receipt(
        partner=make_partner("Beto Ficticio", "40000002", "S-002"), file=proofs.picture()
    )
    for asked in (f"agency={partner.agency_id}", f"officer={officer.pk}"):
        shown = read(at_desk, f"{reverse('partners:receipts')}?{asked}")
        # The way to the page keeps what narrows the queue.
        assert f"{page(receipt)}?{asked}" in shown and page(other) not in shown
    assert "17.01" not in read(at_desk, f"{reverse('partners:receipts')}?officer=x&agency=-1")


def test_the_queue_says_who_has_one_and_what_came_twice(at_desk, receipt, rosa):
    other = make_partner("Beto Ficticio", "40000002", "S-002")
    submit_receipt(partner=other, file=proofs.picture())
    holding.take(receipt=receipt, user=rosa)
    shown = read(at_desk, reverse("partners:receipts"))
    assert "Rosa Ramos has it" in shown
    assert shown.count("receipt-double") == 2


def test_the_menu_counts_and_the_home_page_leads_there(three, officer, agent, browser):
    (entry,) = ENTRIES
    assert count_each([entry.waiting(officer), entry.waiting(officer).none()]) == [3, 0]
    (card,) = cards(officer)
    assert card.value == 3 and card.url == reverse("partners:receipts")
    assert cards(agent) == [] and not entry.allowed(agent)
    assert reverse("partners:receipts") in read(browser(officer), "/")
    shown = read(browser(officer), reverse("partners:receipts"))
    menu = shown[shown.index('id="menu"') :]
    assert 'data-waiting="3"' in menu
    assert menu[: menu.index("</ul>")].count('aria-current="page"') == 1


def test_a_live_queue_hears_of_new_ones_and_of_who_has_them(three, officer, rosa, agent, partner):
    versions = {pulse(officer, ["receipts"])["receipts"]}
    holding.take(receipt=three[0], user=rosa)
    versions.add(pulse(officer, ["receipts"])["receipts"])
    submit_receipt(partner=partner, file=proofs.picture(colour="gray"))
    versions.add(pulse(officer, ["receipts"])["receipts"])
    assert len(versions) == 3
    assert pulse(agent, ["receipts"]) == {} and pulse(officer, ["leads"]) == {}


def test_a_thousand_pending_ones_cost_no_more(
    at_desk, partner, loan, django_assert_max_num_queries
):
    Receipt.objects.bulk_create(
        Receipt(
            partner=partner,
            loan=loan,
            file=f"receipts/{number}",
            content_type="image/jpeg",
            sha256=f"{number:064}",
            amount=Decimal(10),
            paid_on=date(2024, 2, 1),
        )
        for number in range(1000)
    )
    at_desk.get("/")
    with django_assert_max_num_queries(16):
        shown = read(at_desk, reverse("partners:receipts"))
    assert shown.count("row-link") == 25 and "99+" in shown
    with django_assert_max_num_queries(32):
        shown = read(at_desk, page(Receipt.objects.earliest("pk")))
    assert "99+ more wait" in shown


# --- The review ------------------------------------------------------------------------------


def test_the_review_shows_the_picture_beside_the_facts(at_desk, receipt, loan, officer):
    shown = read(at_desk, page(receipt))
    assert reverse("partners:receipt_page", args=[receipt.pk, 1]) in shown
    assert "Ana Ficticia" in shown and "P-001" in shown
    assert "S/ 102.05" in shown  # overdue
    for key in ("a", "r", "+ =", "-", "0", "?"):
        assert f'data-key="{key}"' in shown
    assert fresh(receipt).holder == officer


def test_who_has_only_one_running_loan_pays_that_one(at_desk, partner, loan):
    receipt = submit_receipt(partner=partner, file=proofs.picture())
    chosen = f'<option value="{loan.pk}" selected data-amount="Amount in PEN">'
    assert chosen in read(at_desk, page(receipt))


def test_approving_books_and_opens_the_next_one(at_desk, three, loan):
    answer = at_desk.post(page(three[0], "approve"), facts(loan))
    assert answer.url == page(three[1])
    assert fresh(three[0]).status == "approved" and loan.payments.get().amount == Decimal("17.01")
    shown = read(at_desk, answer.url)
    assert "approved, the payment is booked" in shown and "could not be told" in shown


def test_after_the_last_one_the_empty_queue_opens(at_desk, receipt, loan):
    answer = at_desk.post(page(receipt, "approve"), facts(loan))
    assert answer.url == reverse("partners:receipts")


def test_next_goes_round_and_stays_within_the_filters(at_desk, three, partner, officer, rosa):
    other = submit_receipt(
        partner=make_partner("Beto Ficticio", "40000002", "S-002"), file=proofs.picture("PNG")
    )
    partner.officer = officer
    partner.save()
    within = f"?officer={officer.pk}"
    last = read(at_desk, f"{page(three[2])}{within}")
    assert f'href="{page(three[0])}{within}" data-key="n j"' in last
    assert f'href="{page(three[1])}{within}" data-key="k"' in last
    assert f'href="{page(other)}" data-key="n j"' in read(at_desk, page(three[2]))
    holding.take(receipt=other, user=rosa)
    assert f'href="{page(three[0])}" data-key="n j"' in read(at_desk, page(three[2]))
    answer = at_desk.post(f"{page(three[2], 'reject')}{within}", {"reason": "1"})
    assert answer.url == f"{page(three[0])}{within}"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"amount": ""}, "required"),
        ({"amount": "0"}, "more than zero"),
        ({"amount": "mucho"}, "plain amount"),
        ({"paid_on": "2999-01-01"}, "day to come"),
        ({"paid_on": "2023-01-01"}, "not disbursed yet"),
        ({"loan": "999"}, "valid choice"),
        ({"amount": "500"}, "more than is owed"),
    ],
)
def test_what_cannot_be_booked_is_said_on_the_page(at_desk, receipt, loan, said, words):
    answer = at_desk.post(page(receipt, "approve"), facts(loan, **said))
    shown = answer.content.decode()
    assert answer.status_code == 200 and words in shown and "OP 77" in shown
    assert fresh(receipt).status == "pending" and not Payment.objects.exists()


def test_more_than_is_owed_is_asked_about(at_desk, receipt, loan):
    shown = at_desk.post(page(receipt, "approve"), facts(loan, amount="110")).content.decode()
    assert 'type="checkbox" name="keep_rest"' in shown
    assert 'type="checkbox" name="keep_rest"' not in read(at_desk, page(receipt))
    at_desk.post(page(receipt, "approve"), facts(loan, amount="110", keep_rest="on"))
    loan.refresh_from_db()
    assert loan.credit == Decimal("7.95")


def test_a_rejection_needs_a_reason_and_offers_the_common_ones(at_desk, receipt):
    shown = at_desk.post(page(receipt, "reject"), {"words": "  "}).content.decode()
    assert "Say why it is rejected" in shown and '<details class="reject" open>' in shown
    assert fresh(receipt).status == "pending"
    at_desk.post(page(receipt, "reject"), {"reason": "1", "words": "Very dark."})
    assert fresh(receipt).reason == "The picture cannot be read. Very dark."


def test_the_facts_are_put_right_without_deciding(at_desk, receipt, loan):
    answer = at_desk.post(page(receipt, "correct"), facts(loan, amount="S/ 1,500.50"))
    assert answer.url == page(receipt)
    assert (fresh(receipt).amount, fresh(receipt).status) == (Decimal("1500.50"), "pending")
    shown = read(at_desk, page(receipt))
    history = shown[shown.index('class="history"') :]
    assert "Facts put right" in history and "1500.50" in history and "oficial" in history


def test_a_colleagues_receipt_is_shown_but_cannot_be_decided(at_desk, three, loan, rosa):
    holding.take(receipt=three[0], user=rosa)
    shown = read(at_desk, page(three[0]))
    assert "Rosa Ramos is reviewing this receipt now" in shown
    assert page(three[0], "approve") not in shown and page(three[1]) in shown
    answer = at_desk.post(page(three[0], "approve"), facts(loan), follow=True)
    assert "Rosa Ramos is reviewing" in answer.content.decode()
    answer = at_desk.post(page(three[0], "reject"), {"reason": "1"}, follow=True)
    assert "Rosa Ramos is reviewing" in answer.content.decode()
    assert not Payment.objects.exists() and fresh(three[0]).holder == rosa


def test_who_comes_too_late_hears_who_decided(at_desk, receipt, loan, rosa):
    approve_receipt(receipt=receipt, by=rosa, loan=loan, **FACTS)
    answer = at_desk.post(page(receipt, "approve"), facts(loan), follow=True)
    assert "Rosa Ramos has already decided this receipt" in answer.content.decode()
    assert Payment.objects.count() == 1


def test_an_open_page_keeps_its_receipt_and_hears_when_it_is_lost(at_desk, receipt, rosa):
    read(at_desk, page(receipt))
    assert at_desk.post(page(receipt, "hold")).status_code == 204
    Receipt.objects.update(taken_until=timezone.now() - timedelta(seconds=1))
    holding.take(receipt=receipt, user=rosa)
    assert at_desk.post(page(receipt, "hold"))["HX-Refresh"] == "true"


def test_a_decided_one_says_by_whom_and_is_reviewed_again_once_reversed(
    at_desk, receipt, loan, rosa
):
    decided = approve_receipt(receipt=receipt, by=rosa, loan=loan, **FACTS).receipt
    shown = read(at_desk, page(receipt))
    assert "Rosa Ramos" in shown and "S/ 17.01" in shown
    assert page(receipt, "reopen") not in shown
    reverse_payment(payment=decided.payment, by=rosa, reason="Bounced")
    shown = read(at_desk, page(receipt))
    assert "Its payment was reversed" in shown and "Bounced" in shown
    assert at_desk.post(page(receipt, "reopen")).url == page(receipt)
    assert fresh(receipt).status == "pending"
    answer = at_desk.post(page(receipt, "reopen"), follow=True)
    assert "This receipt is pending" in answer.content.decode()


def test_what_looks_alike_is_told_with_links(at_desk, receipt, loan, partner, officer):
    beto = make_partner("Beto Ficticio", "40000002", "S-002")
    copy = submit_receipt(partner=beto, file=proofs.picture())
    numbered = submit_receipt(
        partner=beto, file=proofs.picture(colour="red"), reference=FACTS["reference"]
    )
    alike = submit_receipt(
        partner=partner, file=proofs.picture(colour="blue"), **(FACTS | {"reference": "OP 78"})
    )
    book_payment(loan=loan, by=officer, **(FACTS | {"reference": "OP 79"}))
    Receipt.objects.filter(pk=receipt.pk).update(**FACTS)
    shown = read(at_desk, page(receipt))
    flags = shown[shown.index('class="flags"') : shown.index("</ul>", shown.index('class="flags"'))]
    assert [flags.count(one) for one in ("same picture", "same operation", "same amount")] == [
        1,
        1,
        2,
    ]
    for one in (copy, numbered, alike, loan):
        assert f'href="{one.get_absolute_url()}"' in flags
    # Flagged on both.
    assert page(receipt) in read(at_desk, page(copy))


def test_what_people_wrote_is_escaped(at_desk, partner, loan):
    partner.contact.name = "<b>Ana</b>"
    partner.contact.save()
    receipt = submit_receipt(
        partner=partner,
        file=proofs.picture(),
        file_name="<i>x.jpg",
        reference="<script>alert(1)</script>",
    )
    for shown in (
        read(at_desk, page(receipt)),
        read(at_desk, reverse("partners:receipts")),
        read(at_desk, reverse("partners:receipts_of", args=[partner.pk])),
    ):
        assert "<b>Ana" not in shown and "<i>x" not in shown and "<script>alert" not in shown
