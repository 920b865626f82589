"""What the office's pages call things. A word that is missing here is shown as it is, with spaces."""

from __future__ import annotations

INTENTS = {
    "pay_bill": "Bills paid",
    "book_appointment": "Appointments booked",
    "ask_volunteer": "Visits made",
    "safety_lesson": "Lessons heard",
    "report_scam": "Scams stopped",
}
ABOUT = {
    "speak_to_person": "Wants to speak to somebody",
    "leave_message": "Left a message",
    "report_scam": "A scam, or somebody who seems to be a thief",
    "emergency": "EMERGENCY: they were told to ring the emergency number",
    "register": "Wants to join the helpline",
    "not_understood": "We did not understand each other",
    "deaf_line": "Their line brings us sound, but no words",
    "pin": "Their PIN did not work",
    "new_biller": "A first payment to a company",
    "payment_held": "A payment was held",
    "payment_refused": "A payment was refused",
    "payment_unknown": "A payment of which nobody knows yet whether it went through",
    "payment_unclear": "A payment of which the gateway never told: look it up there before anybody pays again",
    "payment_paid_elsewhere": "The gateway says that a payment was paid, and we have it as not paid",
    "payment_declined_elsewhere": "The gateway says that a payment was declined, and we have it as paid",
    "payment_refunded_elsewhere": "The gateway says that a payment was given back",
    "complain_volunteer": "Complains about a volunteer",
    "complain_bill": "Complains about a bill or a payment",
    "complain_appointment": "Complains about an appointment",
    "complain_line": "Complains about this line",
    "complain_other": "Complains about something else",
    "bad_line": "Their line kept breaking",
    "busy": "All our lines were taken",
    "update_details": "Wants their details changed",
    "new_phone": "A new telephone number: ring the number on file first",
    "new_address": "A new address: ring the number on file first",
    "new_name": "Another name: ring the number on file first",
    "new_contact": "Another trusted contact: ring the number on file first",
    "new_pin": "Needs a new PIN",
    "new_bank": "New bank details: ring the number on file first",
}
ENDINGS = {
    "hang_up": "Came to their end",
    "person": "Put through to a person",
    "hung_up": "Rang off",
    "dropped": "Cut off in the middle of something",
    "resumed": "Cut off, and carried on in a later call",
}
TASK_STATES = {
    "open": "Open: nobody is being asked at the moment",
    "offered": "A volunteer is being asked",
    "accepted": "Accepted",
    "done": "Done, says the volunteer",
    "confirmed": "Done, says the caller too",
    "escalated": "Nobody left to ask: the office's",
    "cancelled": "Cancelled",
}
NEWS = {
    "receipt": "A receipt",
    "not_paid": "That a bill was not paid",
    "booked": "An appointment, as it was booked",
    "moved": "An appointment, as it was changed",
    "cancelled": "An appointment that was cancelled",
    "task_cancelled": "To a volunteer: a visit that was cancelled",
    "recap": "What was done in a call",
    "offer": "An offer to a volunteer",
    "code": "A sign-in code",
    "tell_who_comes": "Who comes for a visit",
    "take_call": "To somebody on duty: that a caller waits",
    "tell_handed_back": "That a visit was given back",
}


def word_for(table: dict[str, str], name: str) -> str:
    """The words for a name of the program."""
    return table.get(name) or name.replace("_", " ").capitalize()
