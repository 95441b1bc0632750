"""How a provider says no."""

from __future__ import annotations


class ChannelError(Exception):
    """A provider did not do what was asked.

    permanent    trying again cannot help
    code         the provider's own code, or a word of ours ("timeout")
    stop         the account itself is refused: nothing more goes out until a person mends it
    unconfirmed  it may have been sent: never to be repeated blindly
    retry_after  seconds to wait at least before another try
    growth       by how much that wait grows with each try (4: four times as long)
    tries        given up after so many in all; 0: the outbox decides
    slow         the whole channel is too fast, not this message: all of it waits `retry_after`
    opted_out    the person wants no marketing
    unreachable  the person cannot be reached on this channel
    template     what has become of the message's template (a value of MessageTemplate.Status)
    outdated     the message's template may be another now than the one we know
    """

    def __init__(
        self,
        text: str,
        *,
        permanent: bool,
        code: str = "",
        stop: bool = False,
        unconfirmed: bool = False,
        retry_after: float = 0,
        growth: float = 2,
        tries: int = 0,
        slow: bool = False,
        opted_out: bool = False,
        unreachable: bool = False,
        template: str = "",
        outdated: bool = False,
    ) -> None:
        super().__init__(text)
        self.permanent = permanent
        self.code = code
        self.stop = stop
        self.unconfirmed = unconfirmed
        self.retry_after = retry_after
        self.growth = growth
        self.tries = tries
        self.slow = slow
        self.opted_out = opted_out
        self.unreachable = unreachable
        self.template = template
        self.outdated = outdated
