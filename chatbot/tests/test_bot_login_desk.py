"""Officers and the door: who waits, who is let in, who is shown out, what is locked."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from chatbot.dialog.login import approving, delivery
from chatbot.models import Dialog, LoginCounter, LoginRequest, PartnerSession
from chatbot.tests import desk, login_desk
from chatbot.tests.login_desk import (
    STRANGER,
    deliver,
    newest_request,
    other_than,
    session,
    talk_of,
)
from chatbot.tests.partners_known import DNI, NOBODYS, PHONE, RIGHT, WRONG_YEAR, make_partner
from crm.audit.models import AuditEntry
from crm.conversations.models import Conversation, Message
from crm.errors import DeskError
from partners.registry import change_partner

pytestmark = [pytest.mark.once, pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

partner = login_desk.partner
hears = login_desk.hears
from_outside = login_desk.from_outside
LIST = "/logins/"


@pytest.fixture
def officer(db):
    return desk.person("officer", first_name="Carla", last_name="Oficial")


@pytest.fixture
def asked(partner, from_outside):
    """Somebody gave the right data from a phone that is nobody's."""
    from_outside(RIGHT)
    return newest_request()


def post(person, name, pk, **fields):
    return desk.browser(person).post(reverse(f"logins:{name}", args=[pk]), fields, follow=True)


def page(person, url=LIST):
    answer = desk.browser(person).get(url)
    assert answer.status_code == 200, url
    return answer.content.decode()


# --- Letting in --------------------------------------------------------------------------------


@pytest.mark.parametrize("check", ["code", "officer"])
def test_an_officer_lets_in_who_waits(partner, from_outside, officer, settings, check, graph):
    settings.PARTNER_PHONE_CHECK = check
    from_outside(RIGHT)
    assert "is in." in post(officer, "approve", newest_request().pk).content.decode()
    assert (session(STRANGER).partner, session(STRANGER).way) == (partner, "officer")
    told = Message.objects.filter(author="system").latest("pk")
    assert told.conversation == talk_of(STRANGER) and told.is_private and "Ana" in told.text
    entry = AuditEntry.objects.get(action="login_approved")
    assert (entry.actor, entry.subject) == (officer, partner)
    assert Dialog.objects.get(conversation=talk_of(STRANGER)).name == ""
    assert "Ana" in from_outside("mis datos")[0]


def test_who_is_let_in_stays_asked_for_what_is_asked_once(asked, officer):
    Dialog.objects.update(topic={"asked_who": True, "loan": 5})
    post(officer, "approve", asked.pk)
    assert Dialog.objects.get(conversation=asked.conversation).topic == {"asked_who": True}


def test_letting_in_is_undone_by_showing_out(asked, officer):
    post(officer, "approve", asked.pk)
    assert "is out." in post(officer, "end", session(STRANGER).pk).content.decode()
    assert session(STRANGER) is None
    assert AuditEntry.objects.filter(action="chat_session_ended", actor=officer).exists()
    assert post(officer, "end", PartnerSession.objects.get().pk).status_code == 200


def test_who_is_refused_hears_nothing(asked, officer, from_outside):
    before = Message.objects.count()
    post(officer, "refuse", asked.pk)
    assert Message.objects.count() == before and session(STRANGER) is None
    code = deliver()
    assert code is None
    assert "decided already" in post(officer, "approve", asked.pk).content.decode()
    assert session(STRANGER) is None


def refused(request, officer):
    approving.refuse(request=request, by=officer)


def refused_for_a_change(request, officer):
    other_phone_on_file(request)
    with pytest.raises(DeskError):
        approving.approve(request=request, by=officer)


@pytest.mark.parametrize("act", [refused, refused_for_a_change])
def test_what_an_officer_does_is_told_by_no_answer(partner, hears, from_outside, officer, act):
    hears("Hola")
    from_outside(NOBODYS, sender="51911000098")
    from_outside(RIGHT)
    code = deliver()
    act(newest_request(), officer)
    wrong = [from_outside("000000", sender="51911000098") for _ in range(4)]
    assert [from_outside(other_than(code)) for _ in range(4)] == wrong


def test_the_code_of_who_is_refused_opens_nothing_and_is_not_kept(
    partner, hears, from_outside, officer
):
    hears("Hola")
    from_outside(RIGHT)
    code = deliver()
    assert "Let in</button>" in page(officer)
    refused(newest_request(), officer)
    assert "Let in</button>" not in page(officer)
    assert delivery.strike_out_codes() == 1
    assert "código" in from_outside(code)[0]
    assert session(STRANGER) is None


def test_an_officer_lets_in_who_is_locked_out_of_codes(partner, hears, from_outside, officer):
    hears("Hola")
    for number in range(6):
        from_outside(RIGHT, sender=str(51911000600 + number))
        deliver()
    assert newest_request().digest == ""
    post(officer, "approve", newest_request().pk)
    assert session("51911000605").partner == partner


def test_data_of_another_partner_on_a_registered_phone_are_for_an_officer(partner, hears, officer):
    make_partner("Beto Ficticio", "40000002", phone="+51987000002", email="")
    hears(RIGHT, sender="51987000002")
    post(officer, "approve", newest_request().pk)
    assert session("51987000002").partner == partner


def too_old(request):
    LoginRequest.objects.update(made_at=timezone.now() - timedelta(hours=25))


def other_phone_on_file(request):
    change_partner(partner=request.partner, by=None, phone="+51987000009")


def other_hands(request):
    addresses = request.conversation.identity.addresses
    addresses.update(value="51911000777")


def cancelled(request):
    type(request.partner).objects.update(status="cancelled")


def test_what_has_changed_since_must_be_asked_anew(asked, each, officer):
    for change in each([too_old, other_phone_on_file, other_hands, cancelled]):
        request = newest_request()
        change(request)
        with pytest.raises(DeskError):
            approving.approve(request=request, by=officer)
        assert not PartnerSession.objects.exists()


def test_only_the_newest_request_counts(asked, officer, from_outside):
    from_outside(NOBODYS)
    with pytest.raises(DeskError, match="decided already"):
        approving.approve(request=asked, by=officer)
    assert post(officer, "approve", newest_request().pk).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_two_officers_and_the_code_at_the_same_instant_open_one_session(
    partner, hears, from_outside, officer
):
    hears("Hola")
    from_outside(RIGHT)
    request, code = newest_request(), deliver()
    raised, ready = [], threading.Barrier(3)

    def run(act):
        ready.wait()
        try:
            act()
        except DeskError as error:
            raised.append(str(error))
        finally:
            connection.close()

    def approve():
        return approving.approve(request=request, by=officer)

    acts = [approve, approve, lambda: from_outside(code)]
    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert PartnerSession.objects.filter(closed_at=None).count() == 1
    assert PartnerSession.objects.count() == 1 and len(raised) in (1, 2)


# --- What is shown -----------------------------------------------------------------------------


def test_the_list_says_who_waits_who_is_in_and_what_is_locked(partner, hears, officer):
    assert "Nobody waits at the door" in page(officer)
    hears(RIGHT)
    for number in range(10):
        hears(WRONG_YEAR, sender=str(51911001000 + number))
    for _ in range(5):
        hears(NOBODYS, sender="51911002000")
    hears("40000009 1990", sender=STRANGER)
    shown = page(officer)
    assert "In now" in shown and "Registered phone" in shown
    assert "for all phones but the registered one" in shown and "locked once today" in shown
    assert DNI not in shown
    home = page(officer, "/")
    assert "Locked log-ins" in home


def test_waiting_ones_stand_on_the_list_the_home_page_and_both_panels(asked, officer):
    talk = talk_of(STRANGER)
    urls = [LIST, reverse("logins:of_conversation", args=[talk.pk])]
    urls += [reverse("logins:of_partner", args=[asked.partner_id])]
    for url in urls:
        shown = page(officer, url)
        assert "Ana Ficticia Ramos" in shown and "+51 911 000 099" in shown, url
    assert "Partners to let in" in page(officer, "/")
    assert reverse("logins:of_conversation", args=[talk.pk]) in page(
        officer, reverse("inbox:detail", args=[talk.pk])
    )
    assert urls[2] in page(officer, asked.partner.get_absolute_url())


@pytest.mark.parametrize("role", ["agent", "marketer"])
def test_who_is_no_officer_neither_sees_nor_decides(asked, role):
    person = desk.person(role)
    talk = talk_of(STRANGER)
    for name, pk in [("of_conversation", talk.pk), ("of_partner", asked.partner_id)]:
        assert desk.browser(person).get(reverse(f"logins:{name}", args=[pk])).status_code == 403
    assert desk.browser(person).get(LIST).status_code == 403
    for name in ("approve", "refuse", "end"):
        assert post(person, name, asked.pk).status_code == 403
    assert "Partners to let in" not in page(person, "/")
    assert not PartnerSession.objects.exists()


def test_a_conversation_one_may_not_see_has_no_panel_and_no_link(asked, officer, colleague):
    Conversation.objects.filter(pk=asked.conversation_id).get().contact.__class__.objects.filter(
        pk=asked.conversation.contact_id
    ).update(owner=colleague)
    url = reverse("logins:of_conversation", args=[asked.conversation_id])
    assert desk.browser(officer).get(url).status_code == 404
    shown = page(officer)
    assert "Ana Ficticia Ramos" in shown
    assert reverse("inbox:detail", args=[asked.conversation_id]) not in shown


def test_a_request_that_matched_nobody_is_shown_to_nobody(partner, from_outside, officer):
    from_outside(NOBODYS)
    assert "Nobody waits" in page(officer)
    assert post(officer, "approve", newest_request().pk).status_code == 404


def test_a_page_full_of_them_asks_few_questions(
    partner, hears, from_outside, officer, django_assert_max_num_queries
):
    for number in range(8):
        from_outside(RIGHT, sender=str(51911003000 + number))
    LoginCounter.objects.all().delete()
    browser = desk.browser(officer)
    browser.get(LIST)
    with django_assert_max_num_queries(30):
        shown = browser.get(LIST).content.decode()
    assert shown.count("Let in</button>") == 8 and PHONE not in shown


def test_the_partners_history_says_who_let_them_in_and_when_it_was_locked(
    asked, officer, hears, manager
):
    post(officer, "approve", asked.pk)
    for number in range(10):
        hears(WRONG_YEAR, sender=str(51911001000 + number))
    shown = page(manager, asked.partner.get_absolute_url())
    assert "Let in by chat" in shown and "Carla Oficial" in shown
    assert "Log-in by chat locked" in shown and "Minutes" in shown and "Automatic" in shown
