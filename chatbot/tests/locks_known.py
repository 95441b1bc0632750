"""What is known of tries in vain."""

from chatbot.dialog.login.knowing import Given
from chatbot.models import LoginCounter
from chatbot.tests.login_desk import talk_of
from chatbot.tests.partners_known import DNI, YEAR

KEY = f"document:{Given.of(DNI, YEAR).key}"


def tries(key):
    row = LoginCounter.objects.filter(key=key).first()
    return len(row.tries) if row else 0


def in_talk(digits):
    return f"talk:{talk_of(digits).pk}"
