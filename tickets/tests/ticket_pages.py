"""A ticket's addresses, and what a page shows."""

import re

from django.urls import reverse

HTMX = {"HX-Request": "true"}
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360"
    "60606000000005000157a2d5c40000000049454e44ae426082"
)


def at(name, *args):
    return reverse(f"tickets:{name}", args=args)


def seen_on(page):
    return re.search(r'id="seen" name="seen" value="([\d.]+)"', page.content.decode())[1]
