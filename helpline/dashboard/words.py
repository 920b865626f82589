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
    "cancel_payment": "Wants a payment called back",
    "freeze_unknown": "Somebody whom we do not know has stopped all payments at this number: ring it today",
    "freeze_payments": "Wants all payments stopped, from a number that we do not know",
    "lift_freeze": "Wants payments allowed again: ring the number on file first",
    "lift_protection": "Wants the protection switched off: ring the number on file first",
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
    "lift": "To a caller: our call before their payments are allowed again",
    "lifted": "To a caller: that their payments are allowed again",
    "hold_call_back": "To a caller: our call about a held payment",
    "hold_decided": "To a caller: what came of a held payment",
    "hold_escalated": "To the office: a held payment",
    "not_made": "That a planned payment was not made",
    "planned": "To a caller: our call about a planned payment",
    "contact_told": "To a trusted contact: that a payment waits",
    "tell_who_comes": "Who comes for a visit",
    "take_call": "To somebody on duty: that a caller waits",
    "tell_handed_back": "That a visit was given back",
}

LONGEST_NOTE = 500
TOO_LONG = f"The note is too long: {LONGEST_NOTE} letters are enough."
OUTCOMES = {
    "confirm": "Ring first, and ask",
    "hold": "Wait",
    "refuse": "Do not pay: only two people together may",
}
HOLD_STATES = {
    "waiting": "Waits for a decision",
    "released": "Paid, or being paid",
    "confirmed": "Paid, or being paid: our call found nothing amiss",
    "refused": "Not paid: refused",
    "stopped": "Not paid: the caller does not want it any more",
}
CALL_BACKS = {
    "": "Not yet. We ring when the clock has run out.",
    "promised": "We ring, or have rung; there is no answer to the questions yet.",
    "clear": "Answered. They want it paid, and nobody has told them to.",
    "signal": "Answered, and something was not as it should be.",
}
HOLD_STEPS = {
    "release": "Pay it now",
    "ask": "Ask a supervisor to have it paid",
    "ring": "Ring the caller again now",
    "extend": "Wait for up to one more day",
    "refuse": "Do not pay it",
}
HOLD_CAME = {
    "released": "It is being paid, and the caller will be rung.",
    "asked": "A supervisor is asked now. You cannot be the one who pays it.",
    "refused": "It is not paid, and the caller will be rung.",
    "extended": "It waits longer now. You cannot be the one who pays it.",
    "rung": "We ring the caller now.",
    "decided_already": "It is decided already. Nothing more was done.",
    "changed_meanwhile": "Somebody has changed it since you opened the page. Nothing was done: please look again.",
    "own_hold": "You have set, extended or asked for this one. Another person has to pay it.",
    "asked_already": "A supervisor is asked already.",
    "needs_supervisor": "A supervisor has to pay it now.",
    "needs_two": "The rules refuse this one: it takes one who asks, and a supervisor.",
    "clock_runs": "Its clock has not run out. Before that it takes one who asks, and a supervisor.",
    "no_clear_call": "The caller has not answered our call with nothing amiss. Without that it takes one who asks, and a supervisor.",
    "new_signal": "Something has spoken against it since. It takes one who asks, and a supervisor.",
    "paid_otherwise": "The bill is paid already, or being paid.",
    "bill_changed": "The bill is not the same any more. Please refuse this payment: the caller can ask for it anew.",
    "frozen": "The caller has stopped all payments. They have to allow them again first.",
    "biller_not_allowed": "This company is not on the list of those that may be paid.",
    "extended_already": "It was extended once already.",
    "too_long": "It has waited as long as any payment may.",
    "bill_due": "The bill would be due before. The caller has to talk with us first.",
}
HOLD_ACTIONS = {
    "payment_held": "Held the payment",
    "hold_due": "The clock had run out: rang the caller",
    "asked_again_while_held": "Asked for the same payment again",
    "hold_call_answered": "Answered our call",
    "hold_step_refused": "Tried something that was not allowed",
    "hold_asked": "Asked a supervisor to have it paid",
    "hold_released": "Had it paid",
    "hold_refused": "Refused it",
    "hold_extended": "Let it wait longer",
    "hold_rung": "Had the caller rung again",
    "payment_planned": "Had a payment planned",
    "plan_stopped": "Did not want the planned payment any more",
    "plan_done": "Its day had come: it is being paid",
    "plan_held": "Its day had come: it was held",
    "plan_over": "Its day had come: it was not made",
    "contact_told": "Told a trusted contact that it waits",
    "contact_not_told": "Told no trusted contact",
    "contact_added": "Wrote down a trusted contact",
    "contact_amended": "Changed a trusted contact",
    "payments_frozen": "Stopped all payments",
    "payments_unfrozen": "Allowed payments again",
    "protection_on": "Had every payment protected",
    "protection_off": "Switched the protection off",
    "lift_refused": "Our call before allowing payments found something amiss",
    "hold_stopped": "Did not want it paid any more",
    "hold_confirmed": "Answered our call and typed the PIN: it is paid",
    "hold_not_confirmed": "Answered our call, and it could not be paid",
    "hold_unanswered": "Our call brought no end to it: the office looks",
    "hold_rung_again": "Had missed our call, and asked for another one",
    "task_refused": "Tried to open a task that is not theirs",
}
ACTORS = {"helpline": "The helpline", "caller": "The caller", "volunteer": "A volunteer"}


def word_for(table: dict[str, str], name: str) -> str:
    """The words for a name of the program."""
    return table.get(name) or name.replace("_", " ").capitalize()
