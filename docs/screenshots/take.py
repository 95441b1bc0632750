"""Takes the README's screenshots from a running demo: its first message, gone through, and a loan.

bin/run in one terminal, then in another, after bin/test has installed the tools:
    .venv/bin/python docs/screenshots/take.py [http://localhost:8000] [/usr/bin/chromium]
"""

import io
import secrets
import sys
from pathlib import Path

from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, expect, sync_playwright

DESK, LOAN = (Path(__file__).with_name(name) for name in ("desk.png", "loan.png"))
# The one the handbook speaks of.
PARTNER = "12345678"
# A field for a date shows it in the language of the browser's own menus, which may lack Spanish.
DAY_FIRST = """document.querySelectorAll("input[type=date]").forEach((one) => {
    const shown = one.value.split("-").reverse().join("/");
    one.type = "text";
    one.value = shown;
})"""
# Somebody who has never written before.
PERSON = f"phone=51900{secrets.randbelow(10**6):06}&name=Valeria+Ficticia"
ASKS = "Hola, me interesa la propiedad Villa Marina"
ANSWERS = "Hola, Valeria. Claro que sí: ¿te gustaría visitarla este sábado por la mañana?"
THANKS = "Sí, el sábado a las 10 me queda bien. Gracias."
MARGIN = 28
PAPER = (226, 229, 233)


def main(base: str, chromium: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        take_loan(browser, base)
        phone = opened(browser, base, f"/simulator/?{PERSON}", width=1366, height=780)
        desk = opened(browser, base, "/leads/", width=1280, height=780)
        say(phone, ASKS)
        desk.locator(".desk-table .row-link").filter(has_text="Valeria Ficticia").first.click()
        answer(desk, phone)
        say(phone, THANKS)
        expect(desk.locator("#talk").get_by_text(THANKS)).to_be_visible()
        desk.mouse.move(0, 0)
        desk.wait_for_timeout(1500)
        side_by_side(desk.screenshot(), phone.locator(".phone").screenshot(), radius(phone))
        browser.close()


def take_loan(browser: Browser, base: str) -> None:
    """The page of a loan that is overdue."""
    page = opened(browser, base, f"/partners/?q={PARTNER}", 1280, 900, who="creditos")
    page.locator(".desk-table .row-link").first.click()
    page.locator(".loans tr", has=page.locator(".bad")).locator(".row-link").first.click()
    expect(page.locator(".loan-chart")).to_be_visible()
    page.evaluate(DAY_FIRST)
    page.mouse.move(0, 0)
    page.wait_for_timeout(1000)
    # As it is: fewer colours would be those of the states, which are small and mean something.
    Image.open(io.BytesIO(page.screenshot())).convert("RGB").save(LOAN, optimize=True)


def opened(
    browser: Browser, base: str, path: str, width: int, height: int, who: str = "agente"
) -> Page:
    """The page, in a window of its own, for one of the demo's people."""
    context = browser.new_context(viewport={"width": width, "height": height}, locale="es-PE")
    page = context.new_page()
    page.goto(f"{base}/accounts/login/")
    page.fill('input[name="login"]', who)
    page.fill('input[name="password"]', "demo")
    page.press('input[name="password"]', "Enter")
    page.wait_for_url(f"{base}/")
    page.goto(f"{base}{path}")
    return page


def say(phone: Page, text: str) -> None:
    phone.fill(".phone-form textarea", text)
    phone.press(".phone-form textarea", "Enter")
    expect(phone.locator(".phone-thread").get_by_text(text).last).to_be_visible()


def answer(desk: Page, phone: Page) -> None:
    """As the agent, and see it read."""
    box = desk.locator("#talk .composer textarea")
    box.fill(ANSWERS)
    box.press("Control+Enter")
    expect(phone.locator(".phone-thread").get_by_text(ANSWERS).last).to_be_visible(timeout=15_000)


def radius(phone: Page) -> int:
    """Of the phone's corners, in pixels."""
    given: str = phone.locator(".phone").evaluate("one => getComputedStyle(one).borderRadius")
    return int(float(given.split("px")[0]))


def side_by_side(desk: bytes, phone: bytes, corner: int) -> None:
    left, right = (Image.open(io.BytesIO(one)).convert("RGB") for one in (desk, phone))
    height = max(left.height, right.height) + 2 * MARGIN
    sheet = Image.new("RGB", (left.width + right.width + 3 * MARGIN, height), PAPER)
    sheet.paste(left, (MARGIN, (height - left.height) // 2))
    mask = Image.new("L", right.size)
    box = (0, 0, right.width - 1, right.height - 1)
    ImageDraw.Draw(mask).rounded_rectangle(box, corner, fill=255)
    sheet.paste(right, (left.width + 2 * MARGIN, (height - right.height) // 2), mask)
    sheet.quantize(192, dither=Image.Dither.NONE).save(DESK, optimize=True)


if __name__ == "__main__":
    given = sys.argv[1:]
    main(*given, *("http://localhost:8000", "/usr/bin/chromium")[len(given) :])
