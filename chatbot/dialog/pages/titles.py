"""What every reply is called on the desk: by when it is said, and with what else it belongs."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

# In the order of the page. A reply that stands nowhere is shown last, under its own name.
GROUPS = (
    (
        _("Greetings and the menu"),
        {
            "greeting": _("Greeting"),
            "greeting_partner": _("Greeting, to a partner who is logged in"),
            "menu": _("Menu"),
            "menu_partner": _("Menu, to a partner who is logged in"),
            "all_right": _("A plain “yes” or “no” to nothing"),
            "thanks": _("Somebody says thank you"),
            "goodbye": _("Somebody says goodbye"),
        },
    ),
    (
        _("Not understood, left and failed"),
        {
            "not_understood": _("Not an answer to the open question"),
            "not_understood_menu": _("Not understood"),
            "cancelled": _("“Cancel” leaves the question"),
            "nothing_to_cancel": _("“Cancel”, and nothing is open"),
            "timed_out": _("Nobody answered the question in time"),
            "question_over": _("Button of a question that is over"),
            "failed": _("Something failed on our side"),
        },
    ),
    (
        _("Voice notes, files and what cannot be read"),
        {
            "cannot_listen": _("Voice note or video"),
            "cannot_listen_partner": _("Voice note or video, from a partner who is logged in"),
            "cannot_listen_here": _("Voice note or video instead of an answer"),
            "cannot_read": _("Message that cannot be read"),
            "cannot_read_partner": _("Message that cannot be read, from a partner"),
            "is_it_a_receipt": _("File: is it a payment receipt?"),
            "file_kept": _("File that is no receipt"),
            "file_not_taken": _("File that cannot be taken"),
            "no_documents_here": _("Channel that sends no documents"),
        },
    ),
    (
        _("Our people, and news"),
        {
            "opening_hours": _("Opening hours asked for"),
            "offices": _("Address of the office asked for"),
            "handed": _("Handed over to an adviser"),
            "nobody_answered": _("No adviser answered: the bot serves again"),
            "noted": _("Noted for an adviser"),
            "opted_out": _("No more news wanted"),
            "opted_in": _("News wanted again"),
            "opt_in_again": _("News wanted again?"),
            "opt_out_sure": _("No more news wanted?"),
        },
    ),
    (
        _("Logging in"),
        {
            "login_ask": _("Document and year of birth asked for"),
            "login_year": _("Document given: the year of birth is missing"),
            "login_document": _("Year of birth given: the document is missing"),
            "login_number_known": _("Contact shared: document and year still missing"),
            "login_welcome": _("Logged in"),
            "login_welcome_then": _("Logged in, before what was asked for"),
            "login_let_in": _("Logged in by an officer"),
            "login_let_in_then": _("Logged in by an officer, before what was asked for"),
            "login_refused": _("Data that do not fit"),
            "login_code": _("Unknown phone: a code is sent"),
            "login_code_message": _("The message with the code"),
            "login_code_subject": _("Subject of the e-mail with the code"),
            "login_code_digits": _("Not a code of six digits"),
            "login_code_wrong": _("Wrong code"),
            "login_code_missing": _("No code has come"),
            "login_code_over": _("Code that is no longer valid"),
            "login_officer": _("Unknown phone: an officer decides"),
            "login_closed": _("Logged out"),
        },
    ),
    (
        _("The partner's account and loans"),
        {
            "personal_info": _("The partner's own data"),
            "own_data_ticket": _("The partner's data are wrong"),
            "account_statement": _("Statement of account"),
            "statement_coming": _("The statement's PDF is being made"),
            "statement_here": _("Beside the statement's PDF"),
            "statement_failed": _("The statement's PDF failed"),
            "loans": _("List of loans"),
            "loan": _("One loan"),
            "which_loan": _("Which loan?"),
            "loan_not_found": _("Loan not found"),
            "loan_unreckoned": _("Loan that cannot be reckoned"),
            "no_loans": _("Without loans"),
            "next_payment": _("Next installment"),
            "nothing_due": _("Nothing to pay"),
            "settlement": _("Amount to pay everything off today"),
            "payment_options": _("Ways to pay"),
            "no_payment_options": _("Ways to pay, and none is set up"),
        },
    ),
    (
        _("Payment receipts"),
        {
            "receipt_send_file": _("The receipt's file is asked for"),
            "receipt_sent_before": _("The file sent before is taken"),
            "receipt_no_file": _("The file could not be downloaded"),
            "receipt_amount": _("Amount of the payment?"),
            "receipt_day": _("Day of the payment?"),
            "receipt_loan": _("Loan of the payment?"),
            "receipt_confirm": _("Is the receipt right?"),
            "receipt_mend": _("What to correct in the receipt?"),
            "receipt_left": _("Receipt left for something else"),
            "receipt_one_at_a_time": _("Second receipt before the first is done"),
            "receipt_taken": _("Receipt confirmed, being stored"),
            "receipt_stored": _("Receipt stored"),
            "receipt_already": _("Receipt confirmed a second time"),
            "receipt_known": _("Receipt sent before"),
            "receipt_refused": _("Receipt that cannot be taken"),
            "receipt_failed": _("The receipt could not be stored"),
            "receipt_states": _("What became of the receipts"),
            "receipt_accepted": _("Receipt accepted by an officer"),
            "receipt_not_accepted": _("Receipt not accepted by an officer"),
        },
    ),
    (
        _("Properties, visits and who is asking"),
        {
            "which_property": _("Which property?"),
            "property_card": _("One property"),
            "property_facts": _("What was asked about one property"),
            "property_photo": _("Beside another photo of a property"),
            "property_interest": _("Somebody likes the property shown"),
            "property_declined": _("Somebody does not like the property shown"),
            "property_list": _("Properties found"),
            "property_near": _("Only similar properties found"),
            "property_none": _("No property found"),
            "visit_which": _("Which property to visit?"),
            "visit_when": _("Which of these hours?"),
            "visit_wish": _("Which day and hour?"),
            "visit_booked": _("Visit booked"),
            "visit_already": _("Visit booked before"),
            "visit_taken": _("Hour taken meanwhile"),
            "visit_not_then": _("No free hour at the time they named"),
            "visit_moved": _("Visit moved to another hour"),
            "visit_stands": _("The visit stands until another hour is chosen"),
            "visit_cancelled": _("Visit called off"),
            "visit_which_one": _("Which of their visits?"),
            "visit_none": _("No visit to call off or move"),
            "visit_noted": _("Wish for a visit noted"),
            "who_are_you": _("Name and e-mail?"),
            "who_thanks": _("Name or e-mail noted"),
            "who_skipped": _("Name and e-mail not given"),
        },
    ),
    (
        _("Tickets"),
        {
            "ticket_subject": _("Subject of the ticket?"),
            "ticket_description": _("What happened?"),
            "ticket_words": _("Picture instead of words"),
            "ticket_left": _("Ticket left for something else"),
            "ticket_made": _("Ticket opened"),
            "ticket_list": _("Open tickets"),
            "ticket_none": _("No open tickets"),
            "ticket_shown": _("One ticket"),
            "ticket_not_found": _("Ticket not found"),
            "ticket_outside": _("Nobody's ticket, in a session: log out"),
            "ticket_more": _("More for a ticket: words"),
            "ticket_picture": _("More for a ticket: a picture"),
            "ticket_about": _("Is it about that ticket?"),
            "ticket_added": _("Added to the ticket"),
            "ticket_answer": _("A colleague's answer to a ticket"),
            "ticket_answer_waits": _("A ticket was answered: log in"),
            "ticket_resolved": _("Ticket resolved: how did we do?"),
            "ticket_rated": _("Ticket rated"),
        },
    ),
)


PLACES = {name: (group, title) for group, replies in GROUPS for name, title in replies.items()}


def in_order(names: Iterable[str]) -> list[str]:
    """As the page shows them."""
    places = {name: number for number, name in enumerate(PLACES)}
    return sorted(names, key=lambda name: (places.get(name, len(places)), name))


def title_of(name: str) -> tuple[str, str]:
    """The group a reply belongs to, and what it is called there."""
    if name in PLACES:
        group, title = PLACES[name]
        return str(group), str(title)
    return gettext("Others"), name.replace("_", " ").capitalize()
