"""The business's colour over the desk's own, and its sign for whoever asks for none in particular.

The colour comes as a stylesheet of its own, because the pages allow no style written into them.
"""

import re

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

HEX = re.compile(r"#?([0-9a-fA-F]{6})")
READABLE = 4.5  # the least contrast between white words and the colour (WCAG AA)
_A_YEAR, _A_DAY = 365 * 24 * 3600, 24 * 3600


def accent() -> tuple[int, int, int] | None:
    """Red, green and blue (0 to 255) of settings.ACCENT_COLOUR; None: the desk's own."""
    found = HEX.fullmatch(settings.ACCENT_COLOUR)
    if found is None:
        return None
    red, green, blue = bytes.fromhex(found[1])
    return red, green, blue


def contrast_with_white(colour: tuple[int, int, int]) -> float:
    """From 1 (white itself) to 21 (black), as WCAG counts."""
    shares = [value / 255 for value in colour]
    light = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
    luminance = 0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2]
    return 1.05 / (luminance + 0.05)


def accent_url() -> str:
    """The colour's stylesheet, "" without one. Another colour has another address."""
    colour = accent()
    return f"{reverse('accent')}?{bytes(colour).hex()}" if colour else ""


@require_safe
def accent_css(request: HttpRequest) -> HttpResponse:
    colour = accent()
    if colour is None:
        raise Http404
    words = ", ".join(str(value) for value in colour)
    css = (
        ':root, [data-bs-theme="light"], [data-bs-theme="dark"] '
        f"{{ --accent: rgb({words}); --tblr-primary-rgb: {words}; }}\n"
    )
    answer = HttpResponse(css, content_type="text/css")
    patch_cache_control(answer, public=True, max_age=_A_YEAR, immutable=True)
    return answer


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Pages of ours name their icon; the administration's, and plain files, name none."""
    answer = redirect(static("img/icon.svg"))
    patch_cache_control(answer, public=True, max_age=_A_DAY)
    return answer
