"""A partner who is logged in, and what the bot answers them: read at the provider's stand-in."""

import io
import itertools
import threading
from datetime import date, timedelta
from decimal import Decimal

from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.module_loading import import_string
from django_q.models import OrmQ
from PIL import Image

from chatbot.dialog import registry, sessions
from chatbot.lanes import due_lanes, handle_lane
from chatbot.models import Dialog, PartnerSession
from chatbot.tests import desk
from chatbot.tests.graph_stub import message_body, text_of
from chatbot.work import work_off
from crm.conversations.models import Channel, Conversation
from crm.people.models import Contact
from partners.loans import disburse, draft_loan
from partners.registry import register_partner

numbers = itertools.count(1)
MOST_QUERIES = 30
ANA, BETO = "51987654321", "51911000002"


def make_partner(name="Ana Ficticia Prueba", document="12345678", phone=ANA, **facts):
    """Registered with this phone, from which they write."""
    return register_partner(
        by=None,
        name=name,
        document_type="dni",
        document_number=document,
        birthday=date(1990, 5, 17),
        phone=f"+{phone}",
        **facts,
    )


def make_loan(partner, product, number, *, principal=1000, terms=10, ago=100, **said):
    """Paid out so many days ago, the first installment a month later."""
    start = timezone.localdate() - timedelta(days=ago)
    loan = draft_loan(
        partner=partner,
        product=product,
        number=number,
        principal=Decimal(principal),
        terms=terms,
        disbursed_on=start,
        first_due=start + timedelta(days=31),
        by=None,
        **said,
    )
    return disburse(loan=loan, by=None)


class Chat:
    """One person at the provider's: what they write, tap and send, and what they are answered.

    `queries` are the worker's for the last message, from the stored event to the queued answer;
    savepoints are none.
    """

    def __init__(self, post, graph, capture, sender):
        self.post, self.graph, self.capture, self.sender = post, graph, capture, sender

    def __call__(self, text, **options):
        """What is answered to these words."""
        return self.element({"type": "text", "text": {"body": text}}, **options)

    def tap(self, id_, title="x"):
        reply = {"type": "button_reply", "button_reply": {"id": id_, "title": title}}
        return self.element({"type": "interactive", "interactive": reply})

    def post_tap(self, id_, *, wamid):
        """A tap that no worker has seen yet."""
        reply = {"type": "button_reply", "button_reply": {"id": id_, "title": "x"}}
        at = str(int(timezone.now().timestamp()))
        message = {"from": self.sender, "id": wamid, "timestamp": at}
        content = {"type": "interactive", "interactive": reply}
        self.post(message_body(message | content, sender=self.sender))

    def picture(self, content=None, caption="", kind="image", mime="image/jpeg", **more):
        """What is answered to a picture; `content` is what the provider serves for it."""
        media = {"id": f"{next(numbers)}", "mime_type": mime, "sha256": "x", **more}
        if content is not None:
            self.graph.media[media["id"]] = content
        if caption:
            media["caption"] = caption
        return self.element({"type": kind, kind: media})

    def element(self, content, *, wamid="", at=None):
        before = len(self.graph.sent)
        wamid = wamid or f"wamid.T{next(numbers)}.{self.sender}"
        at = str(int((at or timezone.now()).timestamp()))
        message = {"from": self.sender, "id": wamid, "timestamp": at, **content}
        with self.capture(execute=True):
            answer = self.post(message_body(message, sender=self.sender))
            assert answer.status_code == 200, answer.content
        lanes = due_lanes()
        with CaptureQueriesContext(connection) as context, self.capture(execute=True):
            for lane in lanes:
                handle_lane(lane)
        told = [one["sql"] for one in context.captured_queries]
        self.queries = [sql for sql in told if "SAVEPOINT" not in sql]
        with self.capture(execute=True):
            work_off()
        return [text_of(one) for one in self.graph.sent[before:]]

    def jobs(self):
        """What the queue holds is done; what is said of it."""
        before = len(self.graph.sent)
        with self.capture(execute=True):
            run_jobs()
            work_off()
        return [text_of(one) for one in self.graph.sent[before:]]

    @property
    def options(self):
        """(id, title) of what was last offered to tap on."""
        return options_of(self.graph.sent[-1])

    @property
    def talk(self):
        return Conversation.objects.get(identity__addresses__value=self.sender)

    @property
    def dialog(self):
        return Dialog.objects.get(conversation=self.talk)

    def met(self):
        """As a greeting leaves it, at a tenth of what one takes."""
        channel = Channel.objects.get(external_id="100200")
        talk = desk.conversation(channel, "Ana Ficticia", self.sender)
        desk.hear(talk, "Hola")
        desk.say(talk, "¡Hola!")
        Contact.objects.filter(pk=talk.contact_id).update(heard_language="es")
        Dialog.objects.create(conversation=talk)

    def log_in(self, partner):
        """As the log-in leaves it."""
        if not Conversation.objects.filter(identity__addresses__value=self.sender).exists():
            self.met()
        return sessions.open_session(
            conversation=self.talk,
            partner=partner,
            way=PartnerSession.Way.PHONE,
            now=timezone.now(),
        )


def options_of(body):
    action = body.get("interactive", {}).get("action", {})
    if "buttons" in action:
        return [(one["reply"]["id"], one["reply"]["title"]) for one in action["buttons"]]
    return [(row["id"], row["title"]) for part in action["sections"] for row in part["rows"]]


def run_jobs():
    for job in OrmQ.objects.order_by("id"):
        job.delete()
        import_string(job.func())(*job.args())


def jpeg(color="white", size=(40, 60)):
    out = io.BytesIO()
    Image.new("RGB", size, color).save(out, "JPEG")
    return out.getvalue()


def at(chat):
    """Where the dialog stands."""
    return chat.dialog.name, chat.dialog.step


def restarted():
    """What a new process knows: the rows alone."""
    cache.clear()
    for table in (registry.handlers, registry.choices, registry.steps):
        table.cache_clear()


def at_once(*calls):
    """Each in a thread of its own, with a connection of its own."""

    def run(call):
        try:
            call()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
