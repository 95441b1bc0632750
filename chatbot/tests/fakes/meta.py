"""Meta's Graph API on loopback: it takes messages and files, and reports statuses as Meta does.

Beside it, webhook bodies as Meta writes and signs them. Without Django: it also runs as a process.
"""

from __future__ import annotations

import email.parser
import email.policy
import hashlib
import hmac
import json
import queue
import threading
import time
import urllib.error
import urllib.request

from chatbot.tests.fakes.server import DROP, Fake

# What an HTTP status stands for in Meta's own codes.
CODES = {401: 190, 403: 10, 404: 33, 408: 2, 429: 130429}


class MetaFake(Fake):
    """What it took stands in `sent` (bodies in order of arrival), with `times` and `headers`.

    errors     as `behaviour`, but numbers are codes of Meta's
    ids        ids to give the next messages, instead of its own
    media      id -> bytes it serves; or a (status, body) instead of them, or what it says of them
    uploads    files it was given: {"name", "type", "bytes", "fields"}; `upload_errors` as `errors`
    seen       marks of "read" it was given, with or without a typing indicator
    listed     the account's templates, `page` of them at a time
    subscribed what apps asked to be told of, and where
    """

    def __init__(
        self, port=0, latency=0.0, statuses="", secret="", states=("sent", "delivered"), log=""
    ):
        super().__init__(port=port, latency=latency, log=log)
        self.statuses, self.secret, self.states = statuses, secret, states
        self.times, self.headers, self.errors, self.ids = [], [], [], []
        self.uploads, self.upload_errors, self.seen, self.subscribed = [], [], [], []
        self.listed, self.page = [], 100
        self.reports = queue.Queue()
        # A provider that is started again goes on with ids it never gave before.
        self.name = f"wamid.STUB{self.port}.{time.time_ns():x}"

    def __enter__(self):
        super().__enter__()
        for _ in range(4 if self.statuses else 0):
            threading.Thread(target=self.report_for_ever, daemon=True).start()
        return self

    # --- Messages ----------------------------------------------------------------------------

    def respond(self, request):
        if self.is_send(request):
            with self.lock:
                if self.errors:
                    self.behaviour.append(as_behaviour(self.errors.pop(0)))
        return super().respond(request)

    def is_send(self, request):
        to_messages = request.method == "POST" and request.path.endswith("/messages")
        return to_messages and "status" not in request.json

    def taken(self, request, number):
        with self.lock:
            request.id = self.ids.pop(0) if self.ids else f"{self.name}.{number}"
            self.headers.append(request.headers)
            self.times.append(time.time())
        body = request.json
        to = body.get("to") or body.get("recipient")
        for state in self.states if self.statuses else ():
            self.reports.put((request.id, state, to, body.get("biz_opaque_callback_data")))

    def accept(self, request, number):
        to = request.json.get("to") or request.json.get("recipient")
        known_by = "wa_id" if "to" in request.json else "user_id"
        return 200, {
            "messaging_product": "whatsapp",
            "contacts": [{"input": to, known_by: to}],
            "messages": [{"id": request.id}],
        }

    def refusal(self, status):
        code = CODES.get(status, 2 if status >= 500 else 100)
        return error_body(code, transient=status >= 500)

    # --- Everything else ---------------------------------------------------------------------

    def answer(self, request):
        last = request.path.rsplit("/", 1)[-1]
        if request.method == "POST":
            posted = {"messages": self.mark, "media": self.upload}.get(last, self.subscribe)
            return posted(request)
        if last == "message_templates":
            return self.templates(request.query)
        return self.get(request.path, request.headers)

    def mark(self, request):
        self.seen.append(request.json)
        return 200, {"success": True}

    def subscribe(self, request):
        self.subscribed.append(request.json)
        return 200, {"success": True}

    def upload(self, request):
        if self.upload_errors:
            error = as_behaviour(self.upload_errors.pop(0))
            return None if error == DROP else error
        with self.lock:
            self.uploads.append(multipart(request))
            return 200, {"id": f"upload.{len(self.uploads)}"}

    def templates(self, query):
        """One page; its "next" is a whole address with a token in it, as Meta's is."""
        begin = int(query.get("after") or 0)
        end = begin + self.page
        paging = {"cursors": {"before": str(begin), "after": str(end)}}
        if end < len(self.listed):
            paging["next"] = f"{self.url}/elsewhere?access_token=not-to-be-followed&after={end}"
        return 200, {"data": self.listed[begin:end], "paging": paging}

    def get(self, path, headers):
        last = path.rsplit("/", 1)[-1]
        if path.startswith("/files/"):
            if not headers.get("Authorization"):
                return 401, {"error": {"code": 190, "message": "no token"}}
            content = self.media[last]
            return content if isinstance(content, tuple) else (200, content)
        if isinstance(self.media.get(last), dict):
            return 200, self.media[last]
        if last in self.media:
            return 200, {"url": f"{self.url}/files/{last}", "mime_type": "image/png", "id": last}
        if last == "subscribed_apps":
            data = [
                {"override_callback_uri": b.get("override_callback_uri")} for b in self.subscribed
            ]
            return 200, {"data": data}
        return 200, {"display_phone_number": "+51 1 555 0100", "verified_name": "Oficina Demo"}

    # --- Statuses ----------------------------------------------------------------------------

    def report_for_ever(self):
        while True:
            report = self.reports.get()
            if not self.report(*report):
                time.sleep(0.2)
                self.reports.put(report)  # as Meta does: until it is answered 200

    def report(self, wamid, state, to, callback):
        status = {
            "id": wamid,
            "status": state,
            "timestamp": str(int(time.time())),
            "recipient_id": to,
            "biz_opaque_callback_data": callback,
        }
        value = {"messaging_product": "whatsapp", "statuses": [status]}
        return post_signed(self.statuses, self.secret, envelope(value)) == 200

    def texts(self, to=None):
        chosen = [body for body in self.sent if to in (None, body.get("to"))]
        return [text_of(body) for body in chosen]


def as_behaviour(error):
    """A code of Meta's is the answer that carries it; anything else stands as it is."""
    if isinstance(error, int):
        return 400, error_body(error)
    return error


def error_body(code, *, transient=False):
    error = {"message": f"(#{code}) refused", "type": "OAuthException", "code": code}
    return {"error": {**error, "is_transient": True} if transient else error}


def multipart(request):
    """The file of an upload, and the fields beside it."""
    head = f"Content-Type: {request.headers['Content-Type']}\r\n\r\n".encode()
    parsed = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + request.body)
    fields, file = {}, {}
    for part in parsed.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if part.get_filename() is None:
            fields[name] = content.decode()
        else:
            type_ = part.get_content_type()
            file = {"name": part.get_filename(), "type": type_, "bytes": content}
    return {**file, "fields": fields}


def text_of(body):
    """The words of a message that was sent, whatever it is."""
    if body["type"] == "interactive":
        return body["interactive"]["body"]["text"]
    if body["type"] == "text":
        return body["text"]["body"]
    return body[body["type"]].get("caption", "")


# --- Webhooks --------------------------------------------------------------------------------


def envelope(value, field="messages", account="900100", **entry):
    change = {"field": field, "value": value}
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": account, "changes": [change], **entry}],
    }


def text_body(text, *, wamid, sender="51911000001", name="Ana Ficticia", number="100200", at=None):
    """Meta's body of one text message, as in its documentation."""
    message = {
        "from": sender,
        "id": wamid,
        "timestamp": str(at or int(time.time())),
        "type": "text",
        "text": {"body": text},
    }
    return message_body(message, sender=sender, name=name, number=number)


def message_body(message, *, sender="51911000001", name="Ana Ficticia", number="100200"):
    return envelope(
        {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": "15550001111", "phone_number_id": number},
            "contacts": [{"profile": {"name": name}, "wa_id": sender}],
            "messages": [message],
        }
    )


def sign(secret, raw):
    """As Meta's documentation says, and not by the code it is to test."""
    return "sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()


def post_signed(url, secret, body):
    """POST a body signed as Meta signs; the HTTP status, 0 where nobody listens."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Content-Type": "application/json", "X-Hub-Signature-256": sign(secret, raw)}
    request = urllib.request.Request(url, data=raw, headers=headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0
