"""Meta's webhook elements as its documentation and its clients' tests describe them.

Built by hand from documented field names; ids, numbers and people are made up. Where a person is
known, it is always Ana Ficticia on 5215550002222.
"""

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
