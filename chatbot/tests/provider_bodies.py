"""Meta's webhook bodies that tell of more than messages, made up as provider_samples' elements."""

from chatbot.tests.graph_stub import envelope, message_body
from chatbot.tests.provider_samples import (
    ANA,
    CHANGES,
    EDIT,
    IMAGE,
    IN_GROUP,
    MESSAGES,
    NEW_USER_ID,
    OFFICE,
    REVOKE,
    TEXT,
)


def of_office(**value):
    metadata = {"display_phone_number": OFFICE, "phone_number_id": "100200"}
    return {"messaging_product": "whatsapp", "metadata": metadata, **value}


STATUSES = envelope(
    of_office(
        statuses=[
            {
                "id": "wamid.OUT1",
                "status": "sent",
                "timestamp": "1790000200",
                "recipient_id": ANA,
                "biz_opaque_callback_data": "outbox:42",
                "conversation": {
                    "id": "c1",
                    "expiration_timestamp": "1790086600",
                    "origin": {"type": "service"},
                },
                "pricing": {
                    "billable": False,
                    "pricing_model": "PMP",
                    "category": "service",
                    "type": "free_customer_service",
                },
            },
            {
                "id": "wamid.OUT1",
                "status": "read",
                "timestamp": "1790000205",
                "recipient_id": ANA,
            },
            {
                "id": "wamid.OUT9",
                "status": "failed",
                "timestamp": "1790000210",
                "recipient_id": "5215550003333",
                "errors": [
                    {
                        "code": 131047,
                        "title": "Re-engagement message",
                        "message": "Re-engagement message",
                        "error_data": {"details": "More than 24 hours have passed."},
                        "href": "https://developers.facebook.com/docs/whatsapp/",
                    }
                ],
            },
        ]
    )
)
ECHO = envelope(
    of_office(
        message_echoes=[
            {
                "from": OFFICE,
                "to": ANA,
                "id": "wamid.ECH1",
                "timestamp": "1790000300",
                "type": "text",
                "text": {"body": "Le marco en 5 min"},
            }
        ]
    ),
    "smb_message_echoes",
)
ECHO_CHANGES = envelope(
    of_office(
        message_echoes=[
            {**EDIT, "id": "wamid.ECH2", "from": OFFICE, "to": ANA},
            {**REVOKE, "id": "wamid.ECH3", "from": OFFICE, "to": ANA},
        ]
    ),
    "smb_message_echoes",
)


def history(*messages, thread=ANA, **chunk):
    metadata = {"phase": 0, "chunk_order": 1, "progress": 50}
    threads = [{"id": thread, "messages": list(messages)}]
    return envelope(
        of_office(history=[{"metadata": metadata, "threads": threads, **chunk}]), "history"
    )


OLD_WORD = {**TEXT, "id": "wamid.OLD1", "history_context": {"status": "READ"}}
OLD_ANSWER = {
    "from": OFFICE,
    "to": ANA,
    "id": "wamid.OLD2",
    "timestamp": "1790000005",
    "type": "text",
    "text": {"body": "Claro, ¿cuánto necesita?"},
    "history_context": {"status": "DELIVERED"},
}
PLACEHOLDER = {
    "from": ANA,
    "id": "wamid.OLD3",
    "timestamp": "1790000006",
    "type": "media_placeholder",
    "history_context": {"status": "READ"},
}
HISTORY = history(OLD_WORD, OLD_ANSWER, PLACEHOLDER)
# The file of a placeholder follows on its own, beside no thread.
OLD_PICTURE = envelope(
    of_office(
        contacts=[{"profile": {"name": "Ana Ficticia"}, "wa_id": ANA}],
        messages=[{**IMAGE, "id": "wamid.OLD3"}],
    ),
    "history",
)
NO_HISTORY = envelope(
    of_office(history=[{"errors": [{"code": 2593109, "title": "History sync is turned off"}]}]),
    "history",
)
APP_STATE = envelope(
    of_office(
        state_sync=[
            {
                "type": "contact",
                "action": "add",
                "contact": {"full_name": "Ana Ficticia", "phone_number": ANA},
                "metadata": {"timestamp": "1790000310"},
            }
        ]
    ),
    "smb_app_state_sync",
)


def template(field, **value):
    named = {
        "message_template_id": 1689556908129835,
        "message_template_name": "pago_recordatorio",
        "message_template_language": "es_MX",
    }
    return envelope({**named, **value}, field, time=1790000400)


def template_event(event, **value):
    given = {"event": event, "message_template_category": "UTILITY", **value}
    return template("message_template_status_update", **given)


TEMPLATE = template_event(
    "REJECTED",
    reason="INVALID_FORMAT",
    rejection_info={"reason": "Parameters", "recommendation": "Separate them with text"},
)
PAUSED = template_event(
    "PAUSED", reason=None, other_info={"title": "FIRST_PAUSE", "description": "Paused for 3 hours"}
)
QUALITY = template(
    "message_template_quality_update", previous_quality_score="GREEN", new_quality_score="YELLOW"
)
CATEGORY = template(
    "template_category_update", previous_category="UTILITY", new_category="MARKETING"
)
WORDING = template(
    "message_template_components_update",
    message_template_title="Su pago",
    message_template_element="Hola {{1}}, vence el {{2}}.",
    message_template_footer="Mesa de crédito",
    message_template_buttons=[
        {
            "message_template_button_type": "URL",
            "message_template_button_text": "Pagar",
            "message_template_button_url": "https://example.org/pagar",
        }
    ],
)


def account(event, field="account_update", **value):
    return envelope({"event": event, **value}, field, time=1790000500)


RESTRICTED = account(
    "ACCOUNT_RESTRICTION",
    restriction_info=[
        {"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING", "expiration": 1790600000}
    ],
)
VIOLATION = account("ACCOUNT_VIOLATION", violation_info={"violation_type": "SPAM"})
BANNED = account(
    "DISABLED_UPDATE", ban_info={"waba_ban_state": "DISABLE", "waba_ban_date": "April 17, 2026"}
)
DELETED = account("ACCOUNT_DELETED")
PARTNER = account("PARTNER_ADDED", waba_info={"waba_id": "1", "owner_business_id": "2"})
ALERT = envelope(
    {
        "entity_type": "BUSINESS",
        "entity_id": "900100",
        "alert_info": {
            "alert_severity": "CRITICAL",
            "alert_status": "ACTIVE",
            "alert_type": "INCREASED_CAPABILITIES_ELIGIBILITY_FAILED",
            "alert_description": "The business does not qualify.",
        },
    },
    "account_alerts",
    time=1790000501,
)
FLAGGED = account(
    "FLAGGED",
    "phone_number_quality_update",
    display_phone_number=OFFICE,
    current_limit="TIER_1K",
)
DISPLAY_NAME = envelope(
    {
        "display_phone_number": OFFICE,
        "decision": "REJECTED",
        "requested_verified_name": "Oficina Demo",
        "rejection_reason": "NAME_NOT_CONSISTENT",
    },
    "phone_number_name_update",
    time=1790000502,
)
CAPABILITY = envelope(
    {"max_daily_conversation_per_phone": 1000, "max_phone_numbers_per_business": 2},
    "business_capability_update",
    time=1790000503,
)
ACCOUNTS = [
    RESTRICTED, VIOLATION, BANNED, DELETED, PARTNER, ALERT, FLAGGED, DISPLAY_NAME, CAPABILITY,
]  # fmt: skip
USER_ID = envelope(
    of_office(
        contacts=[{"profile": {"name": "Ana Ficticia"}, "wa_id": ANA}],
        user_id_update=[
            {
                "wa_id": ANA,
                "detail": "User id for Ana Ficticia has been updated.",
                "user_id": {"previous": "MX.1001", "current": "MX.2002"},
                "timestamp": "1790000402",
            }
        ],
    ),
    "user_id_update",
)
CALL = envelope(
    of_office(
        calls=[{"id": "wacid.1", "from": ANA, "event": "connect", "timestamp": "1790000403"}]
    ),
    "calls",
)
GROUP = envelope(
    of_office(groups=[{"group_id": "Y2FwaV9ncm91cDox", "type": "group_create"}]),
    "group_lifecycle_update",
)
PREFERENCES = envelope(
    of_office(
        contacts=[{"profile": {"name": "Ana Ficticia"}, "wa_id": ANA}],
        user_preferences=[
            {
                "wa_id": ANA,
                "category": "marketing_messages",
                "value": "stop",
                "detail": "User requested to stop marketing messages",
                "timestamp": 1790000401,
            }
        ],
    ),
    "user_preferences",
)
ERRORS = envelope(of_office(errors=[{"code": 131000, "title": "Unsupported webhook payload"}]))

OTHERS = [
    STATUSES, ECHO, ECHO_CHANGES, HISTORY, OLD_PICTURE, NO_HISTORY, APP_STATE, TEMPLATE, PAUSED,
    QUALITY, CATEGORY, WORDING, *ACCOUNTS, PREFERENCES, USER_ID, CALL, GROUP, ERRORS,
]  # fmt: skip
BODIES = [
    *(message_body(one, sender=ANA) for one in [*MESSAGES, *CHANGES, IN_GROUP, NEW_USER_ID]),
    *OTHERS,
]
