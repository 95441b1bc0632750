"""What goes wrong in a way the person at the desk can be told."""


class DeskError(Exception):
    """A sentence for the person, already translated; nothing was changed."""
