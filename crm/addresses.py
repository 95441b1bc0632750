"""Where the desk listens, and what it is called by those who are to reach it there."""

# To listen here is to listen on every address of the machine; nobody calls the desk so.
EVERYWHERE = ("0.0.0.0", "::", "0")
# What the machine calls itself, as it stands in an address.
OWN_NAMES = ("localhost", "127.0.0.1", "[::1]")


def name_of(host: str) -> str:
    """How to call, in an address, what listens on `host`."""
    named = f"[{host}]" if ":" in host else host
    return "localhost" if host in EVERYWHERE or named in OWN_NAMES else named


def hears_itself(host: str) -> bool:
    """Whether what listens on `host` is reached from its machine as localhost."""
    return name_of(host) == "localhost"
