"""Knocking at the webhook as Meta does."""

DOOR = "/chatbot/webhook/whatsapp/"
ASKED = {"hub.mode": "subscribe"}
# The test vector of Meta's own encoding: non-ASCII as \u escapes, 400 bytes.
VECTOR = (
    rb'{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"value":'
    rb'{"messaging_product":"whatsapp","metadata":{"display_phone_number":"15550001111",'
    rb'"phone_number_id":"100"},"contacts":[{"profile":{"name":"Jos\u00e9"},'
    rb'"wa_id":"5215550002222"}],"messages":[{"from":"5215550002222","id":"wamid.T1",'
    rb'"timestamp":"1749416383","type":"text","text":{"body":"\u00bfHola?"}}]},'
    rb'"field":"messages"}]}]}'
)
VECTOR_SIGNATURE = "sha256=8db0f6f087be3c52ed5d7ebbc08f7a24335b5c214afce76d19fb1d9ca9ca2be3"
RESERIALISED = "sha256=821f53044ad9e04bd19cb8834ee8b0589928628452ede6f2a57fa1f2a1d650a2"


def door_of(channel):
    return f"/webhooks/{channel.provider}/{channel.uuid}/"


def knock(client, body, signature=None, url=DOOR, **headers):
    if signature is not None:
        headers["X-Hub-Signature-256"] = signature
    return client.post(url, body, content_type="application/json", headers=headers)


def value_of(body):
    return body["entry"][0]["changes"][0]["value"]
