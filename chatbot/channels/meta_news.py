"""What Meta tells besides messages: statuses, the account's state, people's wishes and names."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext as _

from chatbot.channels import graph_errors
from chatbot.channels.events import AccountNews, Json, PersonNews, Preference, StatusUpdate
from chatbot.channels.meta_people import addresses_of, noted_addresses
from chatbot.channels.meta_templates import TEMPLATE_OVER, event_of, reason_of
from chatbot.channels.reading import dicts, identifier, instant, mapping, moment, plain
from crm.conversations.models import Channel, Message

Health = Channel.Health
STATES = {
    "sent": Message.State.SENT,
    "delivered": Message.State.DELIVERED,
    "read": Message.State.READ,
    "played": Message.State.READ,
    "failed": Message.State.FAILED,
}
WISHES = {"stop": False, "resume": True, "signup": True}


# --- Statuses --------------------------------------------------------------------------------


def read_status(payload: Json) -> StatusUpdate | None:
    """None for a state we do not show, such as "deleted"."""
    element = mapping(payload.get("status"))
    state = STATES.get(identifier(element.get("status"), 20))
    id_ = identifier(element.get("id"))
    if state is None or not id_:
        return None
    error = next(iter(dicts(element.get("errors"))), {})
    code = graph_errors.code_of(error.get("code"))
    policy = graph_errors.policy_of(code)
    return StatusUpdate(
        id=id_,
        state=state,
        at=moment(element.get("timestamp")),
        attempt=identifier(element.get("biz_opaque_callback_data"), 60),
        code=plain(error.get("code"), 40) if code is None else str(code),
        text=graph_errors.words(error)[:500],
        pricing=_pricing(mapping(element.get("pricing"))),
        opted_out=policy.opted_out,
        unreachable=policy.unreachable,
        retry_after=graph_errors.wait_once_taken(policy),
        template=policy.template,
        outdated=policy.outdated,
    )


def _pricing(pricing: Json) -> Json | None:
    """What it costs, as Meta says it: category, type, model, and whether it is billed at all."""
    kept: Json = {
        name: words
        for name in ("category", "type", "pricing_model")
        if (words := plain(pricing.get(name), 60))
    }
    if isinstance(pricing.get("billable"), bool):
        kept["billable"] = pricing["billable"]
    return kept or None


# --- People ----------------------------------------------------------------------------------


def read_preference(payload: Json) -> Preference | None:
    """Whether somebody wants marketing; None for any other wish."""
    element, card = mapping(payload.get("preference")), mapping(payload.get("contact"))
    wanted = WISHES.get(identifier(element.get("value"), 20).lower())
    people = addresses_of({}, element) or addresses_of({}, card)
    if wanted is None or not people or element.get("category") != "marketing_messages":
        return None
    return Preference(people, wanted, moment(element.get("timestamp")))


def read_person(payload: Json) -> PersonNews | None:
    """The name somebody was noted down by on the phone. Struck out there, they stay known here."""
    element = mapping(payload.get("contact"))
    contact, people = mapping(element.get("contact")), noted_addresses(element)
    name = plain(contact.get("full_name"), 200).strip()
    name = name or plain(contact.get("first_name"), 200).strip()
    if not people or not name or element.get("action") == "remove":
        return None
    at = moment(mapping(element.get("metadata")).get("timestamp"))
    return PersonNews(people, name=name, at=at)


# --- The account -----------------------------------------------------------------------------


def read_account(payload: Json) -> AccountNews | None:
    """How the account is doing; None for news that change nothing."""
    if "error" in payload:
        return _of_error(payload)
    value = mapping(payload.get("value"))
    reader = READERS.get(identifier(payload.get("field"), 60), _of_template)
    news = reader(value)
    return news and replace(news, at=instant(payload.get("time")))


def _of_error(payload: Json) -> AccountNews | None:
    """A code that stops the account does so here too. Beside a message, it speaks of that one."""
    error = mapping(payload.get("error"))
    code = graph_errors.code_of(error.get("code"))
    stops = graph_errors.policy_of(code).stop
    if payload.get("beside") and not stops:
        return None
    text = graph_errors.words(error) or _("Meta tells of an error.")
    health = Health.RED if stops else Health.YELLOW
    return AccountNews(health, text, code="" if code is None else str(code), stops=stops)


def _of_account(value: Json) -> AccountNews | None:
    """Restricted, in breach, banned, deleted: nothing may go out until a person has looked."""
    event = identifier(value.get("event"), 60)
    if event == "DISABLED_UPDATE":
        return _of_ban(mapping(value.get("ban_info")), event)
    if event == "ACCOUNT_RESTRICTION":
        infos = dicts(value.get("restriction_info"))
        kinds = [identifier(info.get("restriction_type"), 60) for info in infos]
        return _stopped(
            _("Meta has restricted the account."), ", ".join(filter(None, kinds)), event
        )
    if event == "ACCOUNT_VIOLATION":
        kind = mapping(value.get("violation_info")).get("violation_type")
        text = _("Meta says that the account breaks its rules.")
        return _stopped(text, identifier(kind, 60), event)
    if event == "ACCOUNT_DELETED":
        return _stopped(_("The account was deleted at Meta."), "", event)
    if event in ("ACCOUNT_OFFBOARDED", "PARTNER_REMOVED", "PARTNER_APP_UNINSTALLED"):
        return AccountNews(Health.RED, _("The account is no longer connected."), event)
    return None


def _of_ban(ban: Json, event: str) -> AccountNews:
    state, when = identifier(ban.get("waba_ban_state"), 40), plain(ban.get("waba_ban_date"), 40)
    if state == "REINSTATE":
        text = _("Meta has admitted the account again.")
        return AccountNews(Health.YELLOW, text, event, replaces=(event,), about=event)
    if state == "SCHEDULE_FOR_DISABLE":
        text = _("Meta is going to disable the account.")
        return AccountNews(Health.RED, _with(text, when), event, about=event)
    return replace(_stopped(_("Meta has disabled the account."), when, event), about=event)


def _stopped(text: str, more: str, code: str) -> AccountNews:
    return AccountNews(Health.RED, _with(text, more), code, stops=True)


def _with(text: str, more: str) -> str:
    return f"{text} ({more})" if more else text


def _of_alert(value: Json) -> AccountNews | None:
    alert = mapping(value.get("alert_info")) or value
    severity = identifier(alert.get("alert_severity"), 20)
    health = {"CRITICAL": Health.RED, "WARNING": Health.YELLOW}.get(severity)
    if health is None or alert.get("alert_status") == "NONE":
        return None
    code = identifier(alert.get("alert_type"), 60)
    text = plain(alert.get("alert_description"), 400) or _("Meta warns of the account.")
    return AccountNews(health, text, code)


def _of_review(value: Json) -> AccountNews | None:
    if identifier(value.get("decision"), 20) != "REJECTED":
        return None
    return AccountNews(Health.RED, _("Meta has not approved the account."), "REJECTED")


def _of_quality(value: Json) -> AccountNews | None:
    event = identifier(value.get("event"), 30)
    number = plain(value.get("display_phone_number"), 30)
    limit = identifier(value.get("current_limit"), 30)
    about = f"QUALITY {number}"
    if event == "FLAGGED":
        text = _("The number's quality is low.")
    elif event == "DOWNGRADE":
        text = _("The number may write to fewer people a day now.")
    elif event == "UNFLAGGED":
        # Of one number: the account's others, and other troubles, are as they were.
        text = _("The number's quality is good again.")
        told = tuple(filter(None, ("FLAGGED", number)))
        return AccountNews(Health.GREEN, text, event, replaces=told, about=about)
    else:
        return None
    text = _with(text, ", ".join(filter(None, (number, limit))))
    return AccountNews(Health.YELLOW, text, event, about=about)


def _of_name(value: Json) -> AccountNews | None:
    if identifier(value.get("decision"), 20) != "REJECTED":
        return None
    name = plain(value.get("requested_verified_name"), 100)
    why = plain(value.get("rejection_reason"), 200)
    text = _("Meta has not approved the display name.")
    return AccountNews(Health.YELLOW, _with(text, ": ".join(filter(None, (name, why)))), "NAME")


def _of_capability(_value: Json) -> AccountNews | None:
    """How many people may be written to: nobody has to do anything about it."""
    return None


def _of_template(value: Json) -> AccountNews | None:
    """A template that no longer goes out stops what the desk says by it."""
    event = event_of(value)
    sentences = {
        "PAUSED": _("The template %(name)s is paused."),
        "DISABLED": _("The template %(name)s is disabled."),
        "REJECTED": _("The template %(name)s was rejected."),
        "FLAGGED": _("The template %(name)s may soon be disabled."),
    }
    name = plain(value.get("message_template_name"), 200)
    language = identifier(value.get("message_template_language"), 20)
    if event in TEMPLATE_OVER and name:
        # It goes again, or is no more: what was said of this one is over, as it stands within
        # its sentence.
        over = (f" {name} ",)
        return AccountNews(Health.GREEN, "", event, replaces=over, template=name, language=language)
    if event not in sentences:
        return None
    health = Health.RED if event in ("PAUSED", "DISABLED") else Health.YELLOW
    text = " ".join(filter(None, (sentences[event] % {"name": name}, reason_of(value))))
    return AccountNews(health, text, f"TEMPLATE_{event}", template=name, language=language)


READERS = {
    "account_update": _of_account,
    "account_alerts": _of_alert,
    "account_review_update": _of_review,
    "phone_number_quality_update": _of_quality,
    "phone_number_name_update": _of_name,
    "business_capability_update": _of_capability,
}
