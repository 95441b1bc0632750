"""What the engine refuses."""


class LendingError(ValueError):
    """Terms, amounts or dates that make no loan. `code` stays the same, for whoever translates;
    the text is one English line."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
