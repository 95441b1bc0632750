"""What each role may do; after every migrate its group holds at least this.

crm/people/roles.py writes it there.
"""

_EVERYBODY = ["catalog.view_property", "people.view_contact"]
_SALES = [
    *_EVERYBODY,
    "leads.view_lead",
    "leads.add_lead",
    "leads.change_lead",
    "people.view_followup",
    "people.change_followup",
    "people.add_note",
    "people.change_contact",
    "conversations.view_conversation",
    "conversations.change_conversation",
]
_PROPERTIES = ["catalog.add_property", "catalog.change_property"]
_LENDING = [
    "people.change_contact",
    "conversations.view_private",
    "chatbot.approve_login",
    "partners.know_partner",
    *(
        f"partners.{verb}_{model}"
        for model in ("partner", "loan")
        for verb in ("view", "add", "change")
    ),
    "partners.view_loanproduct",
    "partners.view_payment",
    "partners.add_payment",
    "partners.reverse_payment",
    "partners.add_charge",
    "partners.view_receipt",
    "partners.add_receipt",
    "partners.review_receipt",
    "partners.view_paymentoption",
    "audit.view_auditentry",
]
_TICKETS = ["tickets.view_ticket", "tickets.add_ticket", "tickets.change_ticket"]
_MANAGING = [
    *_SALES,
    *_PROPERTIES,
    "leads.assign_lead",
    "conversations.view_channel",
    *_LENDING,
    *(
        f"partners.{verb}_{model}"
        for model in ("loanproduct", "paymentoption")
        for verb in ("add", "change")
    ),
    *_TICKETS,
    "tickets.assign_ticket",
    *(
        f"tickets.{verb}_{model}"
        for model in ("cannedreply", "slapolicy")
        for verb in ("view", "add", "change", "delete")
    ),
]
ROLE_PERMISSIONS: dict[str, list[str]] = {
    "agent": [*_SALES, "partners.know_partner", *_TICKETS, "tickets.view_cannedreply"],
    "marketer": [*_EVERYBODY, *_PROPERTIES],
    "officer": [
        *_EVERYBODY,
        "conversations.view_conversation",
        "conversations.change_conversation",
        *_LENDING,
        "people.view_document",
        *_TICKETS,
        "tickets.assign_ticket",
        "tickets.view_cannedreply",
    ],
    "manager": _MANAGING,
    "administrator": [
        *_MANAGING,
        "conversations.add_channel",
        "conversations.change_channel",
        "conversations.use_simulator",
        "chatbot.change_example",
        "chatbot.change_replywording",
        "chatbot.view_inboundevent",
        "chatbot.view_deliveryattempt",
        "jobs.change_jobsetting",
        "people.change_openinghours",
        *(
            f"people.{verb}_{model}"
            for model in ("agency", "tag", "team", "user")
            for verb in ("view", "add", "change")
        ),
    ],
}
