"""Meta's webhook elements as its documentation and its clients' tests describe them.

Built by hand from documented field names; ids, numbers and people are made up. Where a person is
known, it is always Ana Ficticia on 5215550002222.
"""

from chatbot.tests.graph_stub import envelope, message_body

ANA = "5215550002222"
OFFICE = "15550001111"


def _from_ana(id_, type_, at, **rest):
    return {"from": ANA, "id": f"wamid.{id_}", "timestamp": str(at), "type": type_, **rest}


def _media(id_, mime, **rest):
    return {"id": id_, "mime_type": mime, "sha256": "qk1+8g=", **rest}


TEXT = _from_ana(
    "TXT1", "text", 1790000001, from_user_id="MX.1001", text={"body": "Hola, quiero un crédito"}
)
AD = _from_ana(
    "AD1",
    "text",
    1790000002,
    text={"body": "Me interesa"},
    referral={
        "source_url": "https://fb.me/abc",
        "source_id": "120210000000000001",
        "source_type": "ad",
        "headline": "Crédito en 24 h",
        "body": "Sin aval",
        "media_type": "image",
        "image_url": "https://scontent.example/ad.jpg",
        "ctwa_clid": "ARAkClick1",
        "welcome_message": {"text": "Hola"},
    },
)
PRODUCT = _from_ana(
    "PRD1",
    "text",
    1790000003,
    text={"body": "¿Sigue disponible?"},
    context={
        "from": OFFICE,
        "id": "wamid.OUT1",
        "referred_product": {"catalog_id": "777", "product_retailer_id": "SKU-9"},
    },
)
IMAGE = _from_ana(
    "IMG1",
    "image",
    1790000010,
    image=_media(
        "501",
        "image/jpeg",
        caption="INE frente",
        url="https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=501&ext=1&hash=x",
    ),
)
VIDEO = _from_ana("VID1", "video", 1790000010, video=_media("500", "video/mp4"))
DOCUMENT = _from_ana(
    "DOC1",
    "document",
    1790000011,
    document=_media("502", "application/pdf", filename="estado de cuenta.pdf"),
)
NAMELESS_DOCUMENT = _from_ana(
    "DOC2", "document", 1790000011, document=_media("506", "application/pdf")
)
AUDIO = _from_ana(
    "AUD1", "audio", 1790000012, audio=_media("503", "audio/ogg; codecs=opus", voice=True)
)
STICKER = _from_ana(
    "STK1", "sticker", 1790000013, sticker=_media("504", "image/webp", animated=False)
)
BROKEN_IMAGE = _from_ana(
    "IMG2",
    "image",
    1790000014,
    image=_media("505", "image/jpeg"),
    errors=[
        {
            "code": 131052,
            "title": "Media download error",
            "message": "Media download error",
            "error_data": {"details": "Failed to download the media from the sender."},
        }
    ],
)
PLACE = _from_ana(
    "LOC1", "location", 1790000020, location={"latitude": 19.4326, "longitude": -99.1332}
)
NAMED_PLACE = _from_ana(
    "LOC2",
    "location",
    1790000021,
    location={
        "latitude": 19.4326,
        "longitude": -99.1332,
        "name": "Oficina",
        "address": "Centro 1",
        "url": "https://example.org",
    },
)
CARDS = _from_ana(
    "CON1",
    "contacts",
    1790000030,
    contacts=[
        {
            "name": {"formatted_name": "Luis Inventado", "first_name": "Luis"},
            "phones": [{"phone": "+52 1 555 000 3333", "wa_id": "5215550003333", "type": "CELL"}],
        },
        {"phones": [{"phone": "+52 555 000 4444"}]},
    ],
)
REACTION = _from_ana(
    "REA1", "reaction", 1790000040, reaction={"message_id": "wamid.OUT1", "emoji": "👍"}
)
UNREACTION = _from_ana("REA2", "reaction", 1790000041, reaction={"message_id": "wamid.OUT1"})
BUTTON = _from_ana(
    "BTN1",
    "button",
    1790000050,
    button={"payload": "PAY-1", "text": "Sí, continuar"},
    context={"from": OFFICE, "id": "wamid.TPL1"},
)


def _interactive(number, **rest):
    context = {"from": OFFICE, "id": f"wamid.OUT{number + 1}"}
    return _from_ana(f"INT{number}", "interactive", 1790000059 + number, context=context, **rest)


BUTTON_REPLY = _interactive(
    1,
    interactive={
        "type": "button_reply",
        "button_reply": {"id": "menu:saldo", "title": "Mi saldo"},
    },
)
LIST_REPLY = _interactive(
    2,
    interactive={"type": "list_reply", "list_reply": {"id": "loan:17", "title": "Préstamo 17"}},
)
FORM_REPLY = _interactive(
    3,
    interactive={
        "type": "nfm_reply",
        "nfm_reply": {
            "name": "flow",
            "body": "Sent",
            "response_json": '{"flow_token":"t1","monto":"5000"}',
        },
    },
)
EMPTY_INTERACTIVE = _interactive(4)
ORDER = _from_ana(
    "ORD1",
    "order",
    1790000070,
    order={
        "catalog_id": "777",
        "text": "",
        "product_items": [
            {
                "product_retailer_id": "SKU-9",
                "quantity": 2,
                "item_price": 35.5,
                "currency": "MXN",
            }
        ],
    },
)
NEW_NUMBER = _from_ana(
    "SYS1",
    "system",
    1790000080,
    system={
        "body": "User A changed from 5215550002222 to 5215550009999",
        "wa_id": "5215550009999",
        "type": "user_changed_number",
    },
)
NEW_IDENTITY = _from_ana(
    "SYS2",
    "system",
    1790000081,
    identity={"acknowledged": True, "created_timestamp": "1790000081", "hash": "h1"},
    system={"body": "User identity changed", "type": "customer_identity_changed"},
)
UNSUPPORTED = _from_ana(
    "UNS1",
    "unsupported",
    1790000090,
    errors=[
        {
            "code": 131051,
            "title": "Message type unknown",
            "message": "Message type unknown",
            "error_data": {"details": "Message type is currently not supported."},
        }
    ],
    unsupported={"type": "poll"},
)
WELCOME = _from_ana("WEL1", "request_welcome", 1790000091)
EDIT = _from_ana(
    "EDT1",
    "edit",
    1790000100,
    edit={
        "original_message_id": "wamid.TXT1",
        "message": {
            "type": "text",
            "text": {"body": "Hola, quiero 2 créditos"},
            "context": {"id": "M0"},
        },
    },
)
REVOKE = _from_ana("REV1", "revoke", 1790000101, revoke={"original_message_id": "wamid.TXT1"})

FORWARDED = _from_ana(
    "FWD1",
    "text",
    1790000110,
    text={"body": "Mira esto"},
    context={"forwarded": True, "frequently_forwarded": True},
)
PERMISSION = _interactive(
    5,
    interactive={
        "type": "call_permission_reply",
        "call_permission_reply": {
            "response": "accept",
            "expiration_timestamp": "1790600000",
            "response_source": "user_action",
        },
    },
)

MESSAGES = [
    TEXT, AD, PRODUCT, IMAGE, VIDEO, DOCUMENT, NAMELESS_DOCUMENT, AUDIO, STICKER, BROKEN_IMAGE,
    PLACE, NAMED_PLACE, CARDS, REACTION, UNREACTION, BUTTON, BUTTON_REPLY, LIST_REPLY, FORM_REPLY,
    EMPTY_INTERACTIVE, PERMISSION, ORDER, NEW_NUMBER, NEW_IDENTITY, UNSUPPORTED, WELCOME, FORWARDED,
]  # fmt: skip
CHANGES = [EDIT, REVOKE]
IN_GROUP = {**TEXT, "id": "wamid.GRP1", "group_id": "Y2FwaV9ncm91cDox"}
# Somebody without a number: only the ids are named, the old one within.
NEW_USER_ID = {
    "id": "wamid.SYS3",
    "timestamp": "1790000082",
    "type": "system",
    "system": {
        "body": "User changed from MX.1001 to MX.2002",
        "user_id": "MX.2002",
        "previous_user_id": "MX.1001",
        "type": "user_changed_user_id",
    },
}


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
