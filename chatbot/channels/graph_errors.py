"""What Meta's error codes ask for, and what they mean in words a colleague understands.

Codes come in answers, in statuses of messages and in webhooks about the account; the codes alone
count, never the HTTP status or the title beside them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chatbot.channels import http
from chatbot.channels.errors import ChannelError
from chatbot.channels.events import Json
from chatbot.channels.reading import mapping, plain

DAY = 24 * 3600
TEMPLATE_PAUSED = 132015


@dataclass(frozen=True, slots=True)
class Policy:
    """What to do about a code; the fields are ChannelError's."""

    permanent: bool = False
    stop: bool = False
    retry_after: float = 0
    growth: float = 2
    slow: bool = False
    tries: int = 0
    opted_out: bool = False
    unreachable: bool = False
    template: str = ""
    outdated: bool = False


AGAIN = Policy()
NEVER = Policy(permanent=True)
STOP = Policy(stop=True)

POLICIES: dict[int, Policy] = {
    **dict.fromkeys((2, 131016, 132069, 133004), AGAIN),
    1: Policy(tries=3),  # "unknown" may also be a request that is never taken
    131000: Policy(tries=4),
    135000: Policy(tries=2),
    # The account, not the message: nothing goes out until somebody mends it.
    **dict.fromkeys((0, 3, 10, 190, *range(200, 300), 368, 131005, 131031), STOP),
    **dict.fromkeys((131037, 131042, 131044, 131045, 131048, 131064), STOP),
    # Too fast: the whole app, account or number (then all of it waits), or one person.
    **dict.fromkeys((4, 80007), Policy(slow=True, retry_after=120)),
    130429: Policy(slow=True, retry_after=5),
    131057: Policy(slow=True, retry_after=60),
    131056: Policy(retry_after=1, growth=4),
    131049: Policy(retry_after=DAY),
    # This message to this person, now and always.
    131026: Policy(permanent=True, unreachable=True),
    131050: Policy(permanent=True, opted_out=True),
    # Nor would this template be taken from anybody else.
    132001: Policy(permanent=True, template="GONE"),
    132007: Policy(permanent=True, template="REJECTED"),
    TEMPLATE_PAUSED: Policy(permanent=True, template="PAUSED"),
    132016: Policy(permanent=True, template="DISABLED"),
    # With other values it may be; or it has other gaps by now than the ones we filled.
    **dict.fromkeys((132000, 132005, 132008, 132012), Policy(permanent=True, outdated=True)),
    **dict.fromkeys(
        (33, 100, 130472, 130497, 131008, 131009, 131021, 131030, 131047, 131051, 131052, 131053,
         131062, 131063, 132068, 133016, 137000),
        NEVER,
    ),
}  # fmt: skip

_PERMISSION = _("The access token lacks a permission at Meta.")
_TOO_MANY_CALLS = _("Too many requests to Meta; it goes on in some minutes.")
_VALUE = _("Meta did not accept a value.")
_REGISTRATION = _("The number is not registered properly at Meta.")
_TEMPLATE_VALUE = _("A value does not fit the template.")
_TOKEN = _("The access token is not valid any more: enter a new one.")

WORDS: dict[int, str | Promise] = {
    0: _TOKEN,
    1: _("Something went wrong at WhatsApp."),
    2: _("WhatsApp cannot be reached at the moment."),
    3: _PERMISSION,
    4: _TOO_MANY_CALLS,
    10: _PERMISSION,
    33: _("Meta does not know this phone number ID."),
    100: _VALUE,
    190: _TOKEN,
    **dict.fromkeys(range(200, 300), _PERMISSION),
    368: _("Meta has blocked the account for breaking its rules."),
    80007: _TOO_MANY_CALLS,
    130429: _("Too many messages at once; it goes on more slowly."),
    130472: _("WhatsApp keeps marketing from this person as part of an experiment."),
    130497: _("Meta does not let this account write to people in that country."),
    131000: _("Something went wrong at WhatsApp."),
    131005: _PERMISSION,
    131008: _VALUE,
    131009: _VALUE,
    131016: _("WhatsApp cannot be reached at the moment."),
    131021: _("It went to the very number it was sent from."),
    131026: _(
        "It cannot be delivered: perhaps this number has no WhatsApp, or an old version of it."
    ),
    131030: _("This number is not among those that a test account may write to."),
    131031: _("Meta has locked the account."),
    131037: _("Meta has not approved the number's display name yet."),
    131042: _("Meta has a problem with the account's payment."),
    131044: _("Meta has a problem with the account's payment."),
    131045: _REGISTRATION,
    131047: _("More than 24 hours have passed since they last wrote: only a template can be sent."),
    131048: _("WhatsApp holds this number back because people have reported its messages."),
    131049: _("WhatsApp held it back: this person has had enough marketing for now."),
    131050: _("This person wants no marketing."),
    131051: _("WhatsApp does not know this kind of message."),
    131052: _("WhatsApp could not fetch the file."),
    131053: _("WhatsApp did not take the file: its type or its size does not fit."),
    131056: _("Too many messages to this person in a short time."),
    131057: _("Meta is working on this number; it goes on in a minute."),
    131062: _("This message can only be sent to a telephone number."),
    131063: _("Marketing templates are switched off for this account."),
    131064: _("Meta holds the account back because its templates are in the wrong category."),
    132000: _("The template takes another number of values."),
    132001: _("There is no such template in this language, or it is not approved."),
    132005: _("The template is too long with these values."),
    132007: _("The template breaks WhatsApp's rules."),
    132008: _TEMPLATE_VALUE,
    132012: _TEMPLATE_VALUE,
    132015: _("The template is paused because of its quality."),
    132016: _("The template is disabled for good because of its quality."),
    132068: _("The form is blocked."),
    132069: _("The form was sent too often in a short time."),
    133004: _("WhatsApp cannot be reached at the moment."),
    133016: _("The number was registered too often; Meta makes it wait."),
    135000: _("Something went wrong at WhatsApp."),
    137000: _("This person has another phone now, and WhatsApp wants that confirmed first."),
}
# Where only Meta's own details say which value, which rule.
DETAILED = {33, 100, 368, 131005, 131008, 131009, 131031, 132000, 132007, 132008, 132012}


def code_of(value: Any) -> int | None:
    """A code as a number, however it is written."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else None


def policy_of(code: int | None) -> Policy:
    """An unknown code is for good: sending on blindly would help nobody."""
    return NEVER if code is None else POLICIES.get(code, NEVER)


def wait_once_taken(policy: Policy) -> float:
    """Seconds until a message goes again that Meta took and then did not deliver; 0: never.

    What passes within minutes Meta has tried itself; only a limit of days is worth waiting for.
    """
    return policy.retry_after if policy.retry_after >= DAY else 0


def words(error: Json) -> str:
    """What an error object of Meta's says, in our words if we have any. At most 500 letters."""
    code = code_of(error.get("code"))
    data = mapping(error.get("error_data"))
    details = next(
        (
            text
            for value in (data.get("details"), error.get("message"), error.get("title"))
            if (text := plain(value, 400))
        ),
        "",
    )
    ours = WORDS.get(code) if code is not None else None
    if ours is None:
        return details
    return f"{ours} ({details})" if code in DETAILED and details else str(ours)


def refusal(status: int, error: Any, *, retry_after: float = 0) -> ChannelError:
    """The answer as an error: by `error.code`, only without one by the HTTP status."""
    details = mapping(error)
    code = code_of(details.get("code"))
    if code is None:
        return http.refused(status, words(details), retry_after=retry_after)
    policy = policy_of(code)
    if code not in POLICIES and details.get("is_transient") is True:
        policy = AGAIN
    return ChannelError(
        words(details) or f"HTTP {status}",
        permanent=policy.permanent,
        code=str(code),
        stop=policy.stop,
        retry_after=max(policy.retry_after, retry_after),
        growth=policy.growth,
        slow=policy.slow,
        tries=policy.tries,
        opted_out=policy.opted_out,
        unreachable=policy.unreachable,
        template=policy.template,
        outdated=policy.outdated,
    )
