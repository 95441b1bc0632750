"""Who is speaking: a partner proves it once, and stays in for a while."""

from chatbot.dialog.login.asking import ask, in_session, needs_session

__all__ = ["ask", "in_session", "needs_session"]
