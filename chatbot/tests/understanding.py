"""A webhook's body, read as the desk reads it: through the database's JSON."""

import json


def of(provider):
    """(parsed, only, understood), each of a body, by whatever `provider()` makes anew.

    parsed      all its events
    only        its one event
    understood  what that one means
    """

    def parsed(body):
        return provider().parse(json.loads(json.dumps(body)))

    def only(body):
        (event,) = parsed(body)
        return event

    def understood(body):
        event = only(body)
        return provider().understand(event.kind, json.loads(json.dumps(event.payload)))

    return parsed, only, understood
