"""From another phone: one sentence, right or wrong, and a code that goes where the partner is."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from chatbot import lanes
from chatbot.channels import directory
from chatbot.dialog.login import delivery
from chatbot.models import LoginRequest, PartnerSession
from chatbot.tests import login_desk
from chatbot.tests.login_desk import STRANGER, deliver, newest_request, other_than, session, talk_of
from chatbot.tests.partners_known import NOBODYS, PHONE, RIGHT, WRONG_YEAR, make_partner
from chatbot.work import work_off
from crm.conversations.models import (
    Channel,
    Conversation,
    Message,
    MessageTemplate,
    TemplatePurpose,
)
from crm.people.models import Contact
from partners.models import Partner
from partners.registry import change_partner

pytestmark = [pytest.mark.once, pytest.mark.django_db]

partner = login_desk.partner
hears = login_desk.hears
from_outside = login_desk.from_outside


@pytest.fixture
def reached(partner, hears):
    """A partner who has written from the registered phone today."""
    hears("Hola")
    return partner


# --- One sentence ------------------------------------------------------------------------------


def cancelled(partner):
    Partner.objects.filter(pk=partner.pk).update(status="cancelled")
    return RIGHT


def without_birthday(partner):
    Contact.objects.filter(pk=partner.contact_id).update(birthday=None)
    return RIGHT


def without_any_way(partner):
    change_partner(partner=partner, by=None, phone="", email="")
    return RIGHT


CASES = {
    "right": lambda _partner: RIGHT,
    "wrong year": lambda _partner: WRONG_YEAR,
    "nobody's": lambda _partner: NOBODYS,
    "cancelled": cancelled,
    "without birthday": without_birthday,
    "cannot be reached": without_any_way,
}


@pytest.mark.parametrize("check", ["code", "officer"])
def test_another_phone_hears_one_sentence_whatever_it_says(reached, from_outside, settings, check):
    settings.PARTNER_PHONE_CHECK = check
    heard = set()
    for number, spoil in enumerate(CASES.values()):
        (said,) = from_outside(spoil(reached), sender=str(51911000100 + number))
        heard.add(said)
        Partner.objects.update(status="active")
    assert len(heard) == 1
    assert not PartnerSession.objects.exists()


@pytest.fixture
def works(say):
    """works(text, sender) -> what the database is asked to handle it, without the values."""

    def handle(text, sender):
        say(text, sender=sender, work=False)
        # What is asked by the clock is asked each time: a second's and two seconds' memory.
        Conversation.objects.update(created_at=timezone.now() - timedelta(hours=1))
        directory.forget()
        with CaptureQueriesContext(connection) as asked:
            for lane in lanes.due_lanes():
                lanes.handle_lane(lane)
        work_off()
        return [shape(query["sql"]) for query in asked.captured_queries]

    return handle


def shape(sql):
    """Numbers, words in quotes and names of savepoints are left out."""
    sql = re.sub(r"'(?:[^']|'')*'", "'…'", sql)
    return re.sub(r"\b(?:\w*\d\w*|NULL)\b", "#", re.sub(r'"s\w+_x\d+"', "", sql))


@pytest.mark.parametrize("check", ["code", "officer"])
@pytest.mark.parametrize("spoil", list(CASES)[1:])
def test_right_and_wrong_take_the_same_work(reached, works, settings, check, spoil):
    settings.PARTNER_PHONE_CHECK = check
    works(NOBODYS, "51911000201")  # what is only asked once is asked
    right = works(RIGHT, "51911000202")
    assert works(CASES[spoil](reached), "51911000203") == right


@pytest.mark.parametrize("spoil", list(CASES)[2:5])
def test_what_is_wrong_on_the_registered_phone_takes_the_same_work(reached, works, spoil):
    works(NOBODYS, PHONE)
    wrong_year = works(WRONG_YEAR, PHONE)
    assert works(CASES[spoil](reached), PHONE) == wrong_year


def test_a_phone_of_another_partner_is_refused_as_the_registered_one_is(reached, hears):
    make_partner("Beto Ficticio", "40000002", phone="+51987000002", email="")
    right = hears(RIGHT, sender="51987000002")
    assert right == hears(NOBODYS, sender="51987000002") == hears(NOBODYS)
    assert not PartnerSession.objects.exists()
    assert LoginRequest.objects.filter(partner=reached, wants_code=False).count() == 1


# --- The code ----------------------------------------------------------------------------------


def test_the_code_goes_to_the_registered_phone_and_opens_the_session(reached, from_outside, graph):
    from_outside("mis datos")
    from_outside(RIGHT)
    code = deliver()
    message = Message.objects.get(purpose=delivery.PURPOSE)
    assert message.conversation == talk_of(PHONE) and message.is_private
    assert any(code in text for text in graph.texts(PHONE))
    assert not any(code in text for text in graph.texts(STRANGER))
    assert code not in repr(LoginRequest.objects.values())
    welcome, *served = from_outside(code)
    assert "Ana" in welcome and served
    assert (session(STRANGER).partner, session(STRANGER).way) == (reached, "code")
    assert session() is None
    assert talk_of(STRANGER).contact != reached.contact


def test_what_was_wanted_is_served_where_who_they_are_is_said_twice(reached, from_outside):
    for words in ("mi deuda", RIGHT, "¿cómo puedo pagar?", RIGHT):
        from_outside(words)
    welcome, served = from_outside(deliver())
    assert "Ana" in welcome and "préstamos" in served


def test_the_code_itself_is_not_kept(reached, from_outside):
    from_outside(RIGHT)
    code = deliver()
    from_outside(code)
    assert delivery.strike_out_codes() == 1 and delivery.strike_out_codes() == 0
    assert not any(code in text for text in Message.objects.values_list("text", flat=True))
    assert Message.objects.get(purpose=delivery.PURPOSE).values == {}


def test_a_code_that_is_over_is_not_sent_any_more(reached, from_outside):
    from_outside(RIGHT)
    delivery.deliver(newest_request().pk)  # queued, and the worker is away
    LoginRequest.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    delivery.strike_out_codes()
    work_off()
    assert Message.objects.get(purpose=delivery.PURPOSE).state == "cancelled"


def test_without_a_chat_the_code_goes_by_mail(partner, from_outside):
    from_outside(RIGHT)
    assert deliver() is None
    (letter,) = mail.outbox
    assert letter.to == ["ana@example.com"] and "*" not in letter.body
    from_outside(login_desk.code_in(letter.body))
    assert session(STRANGER).partner == partner


def test_where_the_phone_may_not_be_written_to_the_code_goes_by_mail(reached, from_outside):
    Conversation.objects.update(last_inbound_at=timezone.now() - timedelta(days=2))
    from_outside(RIGHT)
    assert deliver() is None and len(mail.outbox) == 1


@pytest.mark.parametrize(("source", "goes"), [("code", True), ("state", False)])
def test_a_template_that_cannot_carry_the_code_leaves_it_to_the_mail(
    reached, from_outside, graph, source, goes
):
    channel = talk_of(PHONE).channel
    template = MessageTemplate.objects.create(
        channel=channel, name="codigo", language="es", status="APPROVED",
        components=[{"type": "BODY", "text": "Tu código es {{1}}"}],
    )  # fmt: skip
    TemplatePurpose.objects.create(
        channel=channel, purpose=delivery.PURPOSE, template=template, values={"body.1": source}
    )
    Conversation.objects.update(last_inbound_at=timezone.now() - timedelta(days=2))
    from_outside(RIGHT)
    assert (deliver() is not None, len(mail.outbox)) == (goes, 0 if goes else 1)


@pytest.mark.parametrize("lost", ["active", "stopped", "unreachable"])
def test_a_channel_that_does_not_work_sends_no_code(reached, from_outside, lost):
    from_outside(RIGHT)
    if lost == "unreachable":
        talk_of(PHONE).identity.__class__.objects.update(unreachable_at=timezone.now())
    else:
        changed = {"is_active": False} if lost == "active" else {"stopped_at": timezone.now()}
        Channel.objects.update(**changed)
    delivery.deliver(newest_request().pk)
    assert not Message.objects.filter(purpose=delivery.PURPOSE) and len(mail.outbox) == 1


def test_where_two_numbers_are_known_of_one_person_no_code_goes(reached, from_outside):
    identity = talk_of(PHONE).identity
    identity.addresses.create(channel=identity.channel, kind="wa_id", value="51911000321")
    from_outside(RIGHT)
    assert deliver() is None and len(mail.outbox) == 1


@pytest.mark.parametrize("text", [WRONG_YEAR, NOBODYS])
def test_nothing_is_sent_for_wrong_data(reached, from_outside, text):
    from_outside(text)
    assert deliver() is None and mail.outbox == []
    assert newest_request().partner is None


def test_the_job_sends_one_code_however_often_it_runs(reached, from_outside):
    from_outside(RIGHT)
    assert deliver() and deliver() is None
    assert Message.objects.filter(purpose=delivery.PURPOSE).count() == 1


@pytest.mark.parametrize("text", [RIGHT, WRONG_YEAR])
def test_three_tries_and_the_code_is_over_for_right_and_wrong_alike(reached, from_outside, text):
    from_outside(text)
    code = deliver() or "000000"
    heard = [from_outside(other_than(code)) for _ in range(3)]
    assert "2" in heard[0][0] and "1" in heard[1][0]
    assert heard[2] != heard[1]
    from_outside(code)
    assert session(STRANGER) is None


def test_wrong_codes_sound_the_same_for_right_and_wrong_data(reached, from_outside):
    told = []
    for sender, text in (("51911000301", RIGHT), ("51911000302", NOBODYS)):
        from_outside(text, sender=sender)
        code = deliver() or "000000"
        told.append([from_outside(other_than(code), sender=sender) for _ in range(4)])
    assert told[0] == told[1]


def test_a_wrong_code_takes_the_same_work_for_right_and_wrong_data(reached, works):
    def wrong_code(text, sender):
        works(text, sender)
        return works(other_than(deliver() or "000000"), sender)

    wrong_code(RIGHT, "51911000400")  # what is only asked once is asked
    assert wrong_code(RIGHT, "51911000401") == wrong_code(NOBODYS, "51911000402")


def test_after_five_minutes_the_code_is_over(reached, from_outside):
    from_outside(RIGHT)
    code = deliver()
    LoginRequest.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    from_outside(code)
    assert session(STRANGER) is None


def minutes_pass(minutes):
    ago = timedelta(minutes=minutes)
    LoginRequest.objects.update(made_at=F("made_at") - ago, expires_at=F("expires_at") - ago)


@pytest.mark.parametrize("passed", [2, 4])
def test_a_code_that_went_out_late_is_told_by_no_answer(reached, from_outside, passed):
    told = []
    for sender, text in (("51911000303", RIGHT), ("51911000304", NOBODYS)):
        from_outside(text, sender=sender)
        minutes_pass(2)
        code = deliver() or "000000"
        minutes_pass(passed)
        told.append([from_outside(other_than(code), sender=sender) for _ in range(2)])
    assert told[0] == told[1]


def test_a_code_that_went_out_late_is_good_for_five_minutes(reached, from_outside):
    from_outside(RIGHT)
    minutes_pass(3)
    code = deliver()
    minutes_pass(4)
    from_outside(code)
    assert session(STRANGER).partner == reached


def test_a_new_request_ends_the_old_one(reached, from_outside):
    from_outside(RIGHT)
    first = deliver()
    from_outside(RIGHT)
    second = deliver()
    if first != second:
        from_outside(first)
        assert session(STRANGER) is None
    from_outside(second)
    assert session(STRANGER).partner == reached


def test_a_code_opens_one_conversation_and_no_other(reached, from_outside):
    from_outside(RIGHT)
    code = deliver()
    from_outside(NOBODYS, sender="51911000500")
    from_outside(code, sender="51911000500")
    assert session("51911000500") is None
    from_outside(code)
    assert session(STRANGER).partner == reached


def test_a_code_is_good_once(reached, from_outside):
    from_outside(RIGHT)
    code = deliver()
    from_outside(code)
    from_outside("cerrar sesión")
    from_outside(code)
    assert session(STRANGER) is None


def test_a_code_is_read_as_people_write_it(reached, from_outside, each):
    from_outside(RIGHT)
    code = deliver()
    for spelled in each(["{0}{1}", "{0} {1}", "{0}-{1}", "es {0}{1}", "*{0}{1}*"]):
        assert session(STRANGER) is None
        from_outside(spelled.format(code[:3], code[3:]))
        assert session(STRANGER).partner == reached
        assert not Message.objects.filter(direction="in", text__contains=code).exists()


CHANGES = [
    lambda one: change_partner(partner=one, by=None, phone="+51987000009"),
    lambda one: change_partner(partner=one, by=None, email="otra@example.com"),
    cancelled,
]


def test_a_code_of_before_something_changed_opens_nothing(reached, from_outside, each):
    from_outside(RIGHT)
    code = deliver()
    for change in each(CHANGES):
        change(Partner.objects.get(pk=reached.pk))
        from_outside(code)
        assert session(STRANGER) is None


def test_so_many_codes_an_hour_and_no_more(reached, from_outside):
    sent = []
    for number in range(7):
        from_outside(RIGHT, sender=str(51911000600 + number))
        sent.append(deliver())
    assert [one is not None for one in sent] == [True] * 5 + [False] * 2


def test_who_waits_for_a_code_can_do_something_else(reached, from_outside):
    from_outside(RIGHT)
    assert from_outside("cancelar")
    assert from_outside("123456")
    assert session(STRANGER) is None


# --- Other ways --------------------------------------------------------------------------------


def test_off_lets_in_by_document_and_year(reached, from_outside, settings):
    settings.PARTNER_PHONE_CHECK = "off"
    refused = from_outside(WRONG_YEAR)
    assert refused == from_outside(NOBODYS)
    from_outside(RIGHT)
    assert (session(STRANGER).partner, session(STRANGER).way) == (reached, "off")


def test_officer_sends_no_code(reached, from_outside, settings):
    settings.PARTNER_PHONE_CHECK = "officer"
    from_outside(RIGHT)
    assert deliver() is None and mail.outbox == []
    assert newest_request().partner == reached
