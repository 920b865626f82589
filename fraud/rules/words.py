"""Rules about the caller's words, F001 to F021, and how like a scam all of them together are, F059.

Words raise caution and never lower it. What is asked of the caller ("he wants me to buy gift cards") weighs more than
the caller's own wish ("can I pay with my gift card"); what is denied, past, news or another's story weighs nothing.
"""

from __future__ import annotations

import re

from fraud.facts import Facts
from fraud.findings import Hit
from fraud.speech import found, said, sentences
from fraud.wording import likeness

UNCLEAR = "unclear"  # the grade of what may or may not have been denied: a question, no guess

PERSON = r"(?:man|lady|officer|agent|gentleman|fellow|woman|chap|person|voice|message|lawyer|caller|detective|landlord|seller|broker)"
THIRD = rf"(?:he|she|they|(?:the|this|that|a|some) (?:\w+ )?{PERSON}|someone|somebody|the (?:bank|police|tax people|fraud team|irs|company))"
TOLD = rf"(?:{THIRD}(?:'s|'ve|'d|'re)?(?: \w+){{0,2}} (?:said|says|told|tells|asked|asks|asking|wants?|wanted|needs?|insists?|made|got)|(?:you|i was|i've been|i'm being) (?:want|wanted|told|asked|tell)(?:ing)?(?: me)?)"
MUST = r"(?:i|we|you)(?:'ve|'ll|'m)?(?: \w+)? (?:have|has|need|got|supposed|going|must|only)? ?(?:to|must)"
PRESENT = re.compile(r"\b(?:birthday|christmas|present|wedding|surprise|party|my (?:grand\w+|niece|nephew)'s)\b")
OWN_HELP = re.compile(r"\b(?:my (?:grand\w+|son|daughter|nephew|niece|husband|wife|brother|sister)|volunteers?|blue vest)\b")


def _hit(
    pattern: re.Pattern[str], facts: Facts, reason: str, grade: str = "", unless: re.Pattern[str] | None = None
) -> Hit | None:
    """A hit where the pattern is said and `unless` is not in the same sentence; unclear where it may have been denied."""
    unclear = False
    for sentence, _, standing in found(pattern, facts.words):
        if unless is not None and unless.search(sentence.plain):
            continue
        if standing == "said":
            return Hit(reason, grade)
        unclear = unclear or standing == "unclear"
    return Hit(f"{reason}, or it was denied", UNCLEAR) if unclear else None


def _nearby(facts: Facts, first: re.Pattern[str], second: re.Pattern[str]) -> bool:
    """Whether both are meant, the second no more than two sentences from the first."""
    lines = sentences(facts.words)
    one = {index for index in range(len(lines)) if _meant(first, facts, index)}
    two = {index for index in range(len(lines)) if _meant(second, facts, index)}
    return any(abs(a - b) <= 2 for a in one for b in two)


def _meant(pattern: re.Pattern[str], facts: Facts, index: int) -> bool:
    sentence = sentences(facts.words)[index]
    return any(sentence.standing(match.start()) == "said" for match in pattern.finditer(sentence.plain))


BRAND = r"(?:google play|steam|itunes|apple|amazon|target|ebay|walmart|vanilla|razer|visa|money ?pack|green dot|prepaid)"
GIFT_CARDS = rf"(?:(?:{BRAND} )?gift (?:cards?|vouchers?)|{BRAND} (?:cards?|vouchers?)|vouchers|cards with codes)"
PAID_IN_CARDS = re.compile(
    rf"\b{TOLD}\b[^.;!?]{{0,60}}\b{GIFT_CARDS}"
    rf"|\b{MUST}\b(?: \w+){{0,5}} (?:buy|get|pay|purchase|send|fetch|read|give)\b(?: \w+){{0,6}} {GIFT_CARDS}(?<=s)"
    rf"|\b(?:pay|paid|paying|settle|fine|fee|tax|bail|bill)\b(?: \w+){{0,4}} (?:with|in|by|using) (?:\w+ )?(?:{BRAND} )?(?:(?:gift )?cards?|gift vouchers?|vouchers)(?<=s)\b(?! of)"
    rf"|\b(?:buy|purchase|get) (?:the |some |more )?(?:{BRAND} )?gift cards and\b"
    rf"|\b(?:read|reading|scratch\w*|gave|give|send|sent|numbers on|codes? (?:on|off))\b[^.;!?]{{0,30}}\b{GIFT_CARDS}"
)
NO_DEMAND = re.compile(
    rf"{PRESENT.pattern}|\b(?:debit|credit|bank|visa|master) ?cards?\b|\b(?:won't|doesn't|didn't|isn't) (?:work|scan)\w*|\bbalance\b|\bmy order\b"
)
OWN_CARD = re.compile(rf"\b(?:pay|paid|paying|use|codes?|redeem)\b[^.;!?]{{0,40}}\b{GIFT_CARDS}")


def f001_gift_card(facts: Facts) -> Hit | None:
    """Gift cards as payment, or their codes read out. A gift card as a present is none of our business.

    Thieves take them because codes read over the telephone can't be called back; no biller and no office does."""
    if hit := _hit(PAID_IN_CARDS, facts, "gift cards were named as payment", unless=NO_DEMAND):
        return hit
    return _hit(OWN_CARD, facts, "the caller would pay with a gift card", "own", unless=PRESENT)


COINS = r"(?:bitcoins?|crypto(?:currency)?|ethereum|tether|digital coins?)"
PAID_IN_COINS = re.compile(
    rf"\b(?:put|send|sent|sending|pay|paid|buy|bought|feed|deposit|transfer\w*|into|wallet|machine|scan|invest\w*|unlock|by|with|in)\b(?: \w+){{0,6}} {COINS}\b"
    rf"|\b{COINS} (?:machine|atm|wallet|account|code)\b|\bscan\w* (?:the|a) (?:qr |square )?code\b[^.;!?]{{0,30}}\bmachine\b"
)
COINS_NAMED = re.compile(rf"\b{COINS}\b")


def f002_crypto(facts: Facts) -> Hit | None:
    """Cryptocurrency as payment, or its machine. Only named, it is a question."""
    return _hit(PAID_IN_COINS, facts, "cryptocurrency was named as payment") or _hit(
        COINS_NAMED, facts, "cryptocurrency was named", "named"
    )


WIRED = r"(?:western union|moneygram|wire (?:the |my |some |him |her |them |it |back )?(?:rest of the )?(?:money|transfer|it|cash|difference|funds|bond)?|gold (?:bars?|coins?)|money order)"
WIRE_DEMANDED = re.compile(
    rf"\b{TOLD}\b[^.;!?]{{0,50}}\b{WIRED}\b|\b(?:fee|prize|bail|bond|winnings|sent|send)\b[^.;!?]{{0,40}}\b(?:western union|moneygram)\b"
    r"|\bbuy gold\b|\b(?:cash|money) (?:in|inside) (?:a|an|the) (?:box|envelope|magazine|parcel|book)\b|\bparcel of cash\b"
)
COLLECTED = re.compile(
    r"\b(?:courier|driver|taxi|someone|somebody|officer|messenger|rider|a man|policeman)\b(?: \w+){0,5} (?:collect|pick|fetch|coming|come|take)\w*\b(?: \w+){0,6} (?:cards?|cash|money|gold|envelope|jewellery)\b"
    r"|\b(?:give|hand|giving) (?:it|them|my cards?|the (?:cash|money|card|envelope))(?: \w+){0,4} (?:to|for) (?:a|the|him|her) ?(?:courier|driver|messenger|man|police officer|policeman)?\b(?<=r|n)"
)
WIRE_OWN = re.compile(r"\b(?:western union|moneygram|wire (?:the |my |some )?money|wire transfer|gold (?:bars?|coins?))\b")


def f003_wire_or_courier(facts: Facts) -> Hit | None:
    """A wire, cash or gold by somebody's order, or somebody who comes for it. The caller's own wire is a question."""
    return (
        _hit(WIRE_DEMANDED, facts, "a wire, cash or gold was asked for", unless=OWN_HELP)
        or _hit(COLLECTED, facts, "somebody comes to collect money or a card", unless=OWN_HELP)
        or _hit(WIRE_OWN, facts, "the caller would send money by wire", "own")
    )


MACHINE = r"(?:my|your|the) (?:computer|laptop|tablet|phone|machine|screen|ipad)"
REMOTE = re.compile(
    rf"\b(?:anydesk|teamviewer|remote access|ultraviewer)\b|\b(?:let|letting|wants?|wanted|got|gets|getting|gave|give|need|needs)\b(?: \w+){{0,3}} (?:into|in to|control of|access to|inside) {MACHINE}\b"
    rf"|\b(?:he|she|they|you|someone|somebody|hackers?|a man|man)(?:'s|'re| is| are| was)?(?: \w+){{0,2}} (?:in|into|inside|control of|moving|taken over|connected to|connect to) (?:{MACHINE}|my mouse)\b"
    r"|\b(?:moving|moves) (?:the|my) (?:mouse|arrow)\b|\bsee everything on my screen\b"
)


def f004_remote_access(facts: Facts) -> Hit | None:
    return _hit(REMOTE, facts, "somebody wants into the caller's computer", unless=OWN_HELP)


MOVING = r"(?:move|moving|moved|transfer|transferred|transferring|put|send|shift|withdraw)"
SAVINGS = r"(?:money|savings|funds|everything|account)"
SAFETY = r"(?:safe|safely|safety|protect|protected|secure)"
SAFE_ACCOUNT = re.compile(
    rf"\b(?:safe|secure|protected|holding) accounts?\b|\b{TOLD}\b[^.;!?]{{0,40}}\b{MOVING}\b[^.;!?]{{0,30}}\b{SAVINGS}\b[^.;!?]{{0,40}}\b{SAFETY}\b"
    rf"|\b(?:protect|keep)\b.{{0,20}}\b(?:money|savings|funds)\b.{{0,20}}\b(?:another account|new account)\b|\b(?:money|savings)\b[^.;!?]{{0,12}}\b(?:isn't|is not|not|aren't) safe\b"
    rf"|\b(?:protect|secure) your (?:money|funds|savings|account)\b"
)
MOVED_SAFE = re.compile(rf"\b{MOVING}\b[^.;!?]{{0,30}}\b(?:money|savings)\b[^.;!?]{{0,30}}\b{SAFETY}\b")


def f005_safe_account(facts: Facts) -> Hit | None:
    """Money is to be moved to keep it safe. No bank asks for that: a bank that fears for an account blocks it."""
    return _hit(SAFE_ACCOUNT, facts, "money is to be moved to keep it safe") or _hit(
        MOVED_SAFE, facts, "money is to be moved somewhere safe", "own"
    )


SECRECY = re.compile(
    rf"\b(?:{TOLD}|told me|told|asked me|begged me|made me promise|i was|i'm|i've|promised|said)(?: \w+){{0,2}}? (?:not to|never to|to not|don't|do not|not)(?: ever)? (?:tell|mention|say|speak to|speak with|talk to|talk about|discuss|let)\b(?! (?:when|until|how))"
    r"|\b(?:i|you) (?:mustn't|must not|shouldn't|can't|am not allowed to|'m not allowed to) (?:tell|mention|say anything|speak to|discuss|let)\b(?! you| the time| if| whether)"
    r"|\b(?:i'm|i am) not allowed to (?:tell|talk|say|discuss)\b|\bkeep (?:it|this) (?:a )?(?:secret|quiet|private|between us|to myself)\b"
    r"|\b(?:don't|do not) (?:tell|discuss this with|talk about this (?:to|with)) (?:anyone|anybody|mum|mom|dad|your|the bank|them|my parents)\b|\bi won't (?:tell|say a word)\b"
)
TELLS_YOU = re.compile(r"\b(?:surprise|birthday|party|christmas)\b")


def f006_secrecy(facts: Facts) -> Hit | None:
    return _hit(SECRECY, facts, "the caller was told to keep it secret", unless=TELLS_YOU)


COACHED = re.compile(
    r"\btold me (?:exactly )?what to say\b|\b(?:have|supposed|told|said|says|got|i've|asked) (?:me )?to (?:say|tell (?:you|them|the (?:bank|cashier|lady|girl)))(?: that)? (?:it|it's|its|that|i'm|they're|for|the)\b"
    r"|\bsay (?:it's|it is|its) for\b|\bthat's what i(?:'ve| have| was)? (?:to|got to|told to) say\b|\b(?:you'd|you would|you might|you'll) (?:ask|try to stop|ask me)\b(?: \w+){0,4} (?:questions|me)\b"
    r"|\bwhat (?:do|should) i (?:say|tell them) if they ask\b|\btell (?:the )?(?:bank|cashier|them) (?:it's|it is|that it)\b|\bwritten down what to say\b|\blie to the bank\b"
)


def f007_coached(facts: Facts) -> Hit | None:
    return _hit(COACHED, facts, "the caller was told what to say")


OTHER_LINE = re.compile(
    rf"\b(?:he|she|they|the man|him)(?: from (?:the |my )?\w+)?(?:'s|'re| is| are)?(?: still| also| here)? (?:on|holding on) (?:my mobile|my other phone|the other (?:phone|line)|the mobile|the line (?:now|listening))\b"
    rf"|\b(?:he|she|they)(?:'s|'re| is| are) (?:listening|telling me the numbers|waiting on the (?:line|phone))\b|\b{TOLD}\b(?: \w+){{0,3}} (?:stay|keep|remain|keep him|hold) on the (?:line|phone)\b"
    r"|\b(?:told|said|mustn't|must not|not allowed to|can't|if i|if you|do not|wouldn't let me)(?: \w+){0,3} (?:hang up|put the phone down|disconnect)\b|\bkeep the line open\b|\bi won't hang up\b|\bhim on the mobile\b"
)
MAYBE_LINE = re.compile(
    r"\b(?:hold on|wait|hang on),? (?:he|they)(?:'s| is)? (?:says?|saying|telling)\b|\b(?:he|they)(?:'s|'re| is| are) waiting\b"
)


def f008_another_line(facts: Facts) -> Hit | None:
    return _hit(OTHER_LINE, facts, "somebody is on another line with the caller", unless=OWN_HELP) or _hit(
        MAYBE_LINE, facts, "somebody seems to wait for the caller", "maybe"
    )


URGENT = re.compile(
    r"\b(?:within|in|next) (?:the |an |half an )?(?:next )?(?:hour|half hour|\w+ minutes|forty five minutes)\b|\b(?:right now|immediately|straight away|right away|at once)\b"
    r"|\btoday or\b|\bbefore it's too late\b|\b(?:can't|cannot) wait\b|\b(?:he's|they're|he is) rushing me\b|\bhas to (?:go|be) today\b|\bby this afternoon\b"
)
DUE_SOON = 3  # days: then the hurry has a reason


def f009_urgency(facts: Facts) -> Hit | None:
    due = facts.request.due_in_days if facts.request else None
    hit = _hit(URGENT, facts, "it is said to be urgent")
    return Hit(hit.reason, hit.grade, 0.5) if hit and due is not None and due <= DUE_SOON else hit


OFFICE = (
    r"(?:police|policeman|officer|detective|sheriff|fbi|tax (?:office|people|man)|revenue|hmrc|irs|inland revenue|internal revenue|court|solicitor|bailiffs?|social security|medicare|immigration|customs"
    r"|bank|barclays|lloyds|santander|natwest|hsbc|chase|wells fargo|fraud (?:team|department|squad|people)|security (?:team|department)|microsoft|windows|amazon|apple|paypal)"
)
OFFICE_CALLED = re.compile(
    rf"\b{OFFICE}\b(?: \w+)? (?:rang|called|phoned|telephoned|texted|emailed|keeps? ringing)\b|\b(?:call|message|text|email|phoned|rang|rung|phone call|somebody|someone|he|she|man|lady|gentleman|fellow)\b(?: \w+){{0,4}} (?:from|with) (?:the |my |our )?(?:\w+ ){{0,3}}{OFFICE}\b"
    rf"|\b(?:i'm|this is|i am|my name is)\b(?: \w+){{0,4}} (?:from|with) the (?:\w+ )?{OFFICE}\b|\bthis is (?:officer|agent|inspector|detective)\b"
)


def f010_authority_called(facts: Facts) -> Hit | None:
    return _hit(OFFICE_CALLED, facts, "a bank or an authority is said to have called")


THREAT = re.compile(
    r"\bwarrant\b|\b(?:be|get|getting|i'm|me being|to be) arrested\b|\barrest (?:me|you|warrant)\b|\b(?:go|going|put|send|sent|end up)\b(?: \w+){0,3} (?:prison|jail)\b|\b(?:prosecuted|deported|money laundering|digital arrest)\b"
    r"|\blegal action (?:against|is|will|would)\b|\blawsuit (?:against|in|on)\b|\b(?:your|my) social(?: security)?(?: number)?(?: \w+){0,3} (?:suspended|cancelled|blocked)\b"
    r"|\b(?:they|he|she|will|going to|gonna)(?:'ll|'d|'re)?(?: \w+){0,2} (?:freeze|freezing|suspend|block|seize)\b(?: \w+){0,2} (?:account|accounts|social|cards?|house|car|money)\b|\bbailiffs? (?:are|is|will|today|this|round)\b"
    r"|\bhurt (?:him|her|them|my)\b|\bhe threatened me\b|\bsend (?:the police|an officer|somebody to (?:my|your) house)\b"
)


def f011_threat(facts: Facts) -> Hit | None:
    return _hit(THREAT, facts, "the caller is threatened")


CUT_OFF = re.compile(
    r"\b(?:cut(?:ting)? (?:me |us |it |you )?off|disconnect(?:ed|ing)?|turn(?:ing)? off (?:the|my|your) (?:power|electric\w*|gas|water)|shut (?:it |me )?off|lights go off|pull the fuse)\b"
)
PRESSED = re.compile(
    r"\b(?:rang|called|phoned|telephoned|he said|she said|they say|they said|unless|minutes|half an hour|right now|over the phone|prepaid|zelle|voucher|on his way|within)\b"
)


def f012_utility_impostor(facts: Facts) -> Hit | None:
    """Somebody rang and threatens to cut the caller off; worse when no such bill is on file."""
    if not _nearby(facts, CUT_OFF, PRESSED):
        return None
    request = facts.request
    unknown = request is not None and (
        request.bill_issued is False or (request.bill_amount is not None and request.bill_amount != request.amount)
    )
    return Hit("somebody threatens to cut the caller off", "unknown" if unknown else "words")


KIN = r"(?:grand(?:son|daughter|child|ma|pa)|nana?|son|daughter|nephew|niece|mum|mom|cousin|\w+'s)"
TROUBLE = re.compile(
    rf"\b(?:{KIN}|he|she|him|her|i'm)\b[^.;!?]{{0,50}}\b(?:bail|jail|in custody|arrested|in prison|kidnapped|police station|stranded|stuck abroad|been robbed)\b|\bbail (?:money|bondsman)\b|\bneeds? bail\b|\bit's me,? (?:grandma|grandpa|nana?|gran)\b|\b(?:grandma|grandpa|nana?),? it's me\b"
    rf"|\b(?:{KIN})\b[^.;!?]{{0,40}}\b(?:new number|different number|strange number|broken phone|lost (?:the|his|her) phone|dropped (?:the|his|her) (?:phone|mobile))\b|\bhi,? (?:mum|mom|dad)\b|\bthis is my new (?:number|one)\b"
)
MONEY = re.compile(
    r"\b(?:money|cash|pay|send|rent|invoice|bill|lawyer|thousand|hundred|pounds|dollars|bail|transfer|envelope|owes|fee)\b|[£$]\d"
)


def f013_family_emergency(facts: Facts) -> Hit | None:
    return Hit("a relative is said to be in trouble and to need money") if _nearby(facts, TROUBLE, MONEY) else None


PRIZE = re.compile(
    r"\b(?:lottery|sweepstakes?|winnings|jackpot|lucky winner|publishers clearing house|prize|i've won|i won|you have won|you've won|inheritance(?! tax)|left me millions|millions?|government grant|a grant|unclaimed)\b"
)
PRIZE_COST = re.compile(
    r"\b(?:fees?|tax(?:es)? (?:first|before|on it)|the tax(?:es)?|handling|processing|customs|stamp duty|release|insurance|claim (?:it|your prize|my prize)|pay (?:first|the|to)|have to (?:pay|send)|must (?:pay|send)|western union|bank details|gift cards?|up front)\b"
)
TICKET = re.compile(r"\b(?:ticket|raffle|premium bonds?|bingo|numbers up)\b")
SENT_TOO_MUCH = re.compile(
    r"\b(?:too much|extra (?:nought|zero)|too many noughts|overpa\w+|by (?:mistake|accident)|the difference|the rest)\b[^.;!?]{0,60}\b(?:back|return|send|refund)\b"
    r"|\b(?:send|give|pay|wire) (?:back )?(?:the )?(?:rest|difference|extra|it) ?(?:back|of it)?\b[^.;!?]{0,20}\b(?:refund|mover|him|them|back)\b"
)

OWN_MISTAKE = re.compile(r"\bi (?:paid|sent)(?: \w+){0,2} (?:wrong|twice)\b")


def f014_money_promised(facts: Facts) -> Hit | None:
    """A prize, an inheritance or a grant that costs a fee first; or money sent by mistake that is to go back."""
    if not said(TICKET, facts.words) and _nearby(facts, PRIZE, PRIZE_COST):
        return Hit("money is promised for a fee")
    mistaken = (
        said(SENT_TOO_MUCH, facts.words)
        and not said(OWN_MISTAKE, facts.words)
        and said(re.compile(rf"\b{THIRD}\b|\byou (?:sent|put)\b"), facts.words)
    )
    return Hit("money sent by mistake is to go back", "mistake") if mistaken else None


MET_ONLINE = re.compile(
    r"\b(?:met|friend|boyfriend|girlfriend|fiancé|fiance|man|lady|woman|gentleman|someone|engaged|writing)\b[^.;!?]{0,40}\b(?:online|internet|facebook|dating|on the computer|instagram|whatsapp|telegram|website)\b"
    r"|\b(?:oil rig|stationed|deployed|general in|never met|haven't met|not met|in the army abroad|my boyfriend overseas)\b"
)
GIVES = re.compile(
    r"\b(?:money|send|sent|ticket|visa|fees?|loan|invest\w*|pay|fly|flight|customs|operation|thousand|hundred|steam|gift cards?|account|help him|help her)\b"
)
FAMILIAR = re.compile(
    r"\b(?:quote|my order|website (?:won't|isn't)|hotel|policy|refund|password|account online|online account|online banking|delivery)\b"
)
SURE_PROFIT = re.compile(
    r"\b(?:invest\w*|trading|broker|platform|trade|bonds|shares)\b[^.;!?]{0,80}\b(?:guaranteed|doubles?|percent a|can't take it out|before i can|withdraw|unlock|miss out|every morning|release fee)\b"
    r"|\b(?:guaranteed|doubles?|double)\b[^.;!?]{0,40}\b(?:profit|money|invest\w*|savings)\b|\b(?:tax|fee|deposit)\b[^.;!?]{0,30}\b(?:withdraw|take it out|unlock|get at it)\b"
)


def f015_friend_online(facts: Facts) -> Hit | None:
    """A friend whom the caller knows only from the internet needs money, or an investment that can't lose."""
    if not said(FAMILIAR, facts.words) and _nearby(facts, MET_ONLINE, GIVES):
        return Hit("somebody met online is to get money")
    return _hit(SURE_PROFIT, facts, "an investment is said to be sure")


DETAIL = r"(?:codes?|passcode|pin|pin number|password|card number|long number|three (?:digits|numbers)|numbers? (?:off|on) (?:the|my)|security code|cvv|social(?: security)?(?: number)?|bank details|card details|account number|account details|sort code|maiden name|medicare number|(?:my|your|the) card)"
SECRET_ASKED = re.compile(
    rf"\b{THIRD}(?:'s|'ve|'d)?(?: \w+){{0,2}} (?:ask(?:ed|s|ing)?|want(?:ed|s)?|need(?:ed|s)?|told)\b(?: \w+){{0,9}} (?:my |the |your )?{DETAIL}\b"
    rf"|\bwhy do you need my (?:pin|social|password|code|bank)\b|\b(?:read|give|tell|confirm|provide)(?: it)?(?: to)? (?:me|your|us|back)(?: \w+){{0,4}} {DETAIL}\b|\bplease (?:confirm|provide) your\b[^.;!?]{{0,30}}\b{DETAIL}\b"
)
SECRET_GIVEN = re.compile(
    rf"\b(?:gave|given|read|told|typed|handed)\b(?: \w+){{0,2}} (?:him|her|them|a stranger|somebody|someone|in)\b(?: \w+){{0,4}} {DETAIL}\b|\b(?:gave|given) my {DETAIL} to\b"
)
SECRET_SAID = re.compile(r"\b(?:my|the) (?:pin|pin number|passcode|code|cvv|password) (?:is|starts|was)\b")


def f016_secret_asked_for(facts: Facts) -> Hit | None:
    """Somebody asked for a code, a PIN or a number that opens an account, or has it already. Said to us alone it weighs little."""
    return (
        _hit(SECRET_ASKED, facts, "somebody asks for a code, a PIN or account details")
        or _hit(SECRET_GIVEN, facts, "a code, a PIN or account details were given away")
        or _hit(SECRET_SAID, facts, "a code or a PIN was said aloud", "dictated")
    )


def f017_second_voice(facts: Facts) -> Hit | None:
    return Hit("a second voice is near the telephone") if facts.manner.second_voice else None


def f018_speaks_for_caller(facts: Facts) -> Hit | None:
    return Hit("somebody else speaks for the caller") if facts.manner.speaks_for_caller else None


NO_PURPOSE = re.compile(
    r"\b(?:can't|cannot|not allowed to|mustn't|won't|i'd get into trouble if i) (?:say|tell|talk|told)(?: you)?(?: \w+){0,2} (?:what|who|about|his name|for)\b|\bit's private\b|\bi don't want (?:any )?questions\b|\bsend \w+(?: \w+)? without asking\b|\bit's a fee,? just a fee\b"
    r"|\b(?:don't|do not) know (?:what|who) (?:it's|it is|the money is) for\b"
)


def f019_cannot_say_what_for(facts: Facts) -> Hit | None:
    return _hit(NO_PURPOSE, facts, "the caller can't say what the money is for")


DISTRESS = re.compile(
    r"\bi'?m (?:so |very |really )?(?:scared|frightened|terrified|ashamed|shaking)(?! of)\b|\b(?:he|she|they)(?:'s| is|'re| are)? ?(?:frightening|frightens|scaring|shouted at|threatened) me\b|\bdon't know what to do\b|\bplease help me\b|\bi feel such a fool\b"
)


def f020_distress(facts: Facts) -> Hit | None:
    return _hit(DISTRESS, facts, "the caller is in distress")


def f021_reads_aloud(facts: Facts) -> Hit | None:
    return Hit("the caller seems to read aloud") if facts.manner.pace is not None and facts.manner.pace > 1 else None


def f059_like_a_scam(facts: Facts) -> Hit | None:
    """All words together, against the conversations in config/fraud/words. It raises at most to a hold.

    A person's own ordinary words must not stop a payment to an allowed biller, so there only the strongest likeness counts."""
    like = likeness(facts.words, facts.read)
    if like >= 1:
        return Hit("the words are like those of scams", "strong", like)
    allowed = facts.request is not None and facts.request.biller_allowed is not False
    return Hit("the words are a little like those of scams", "some", like) if like > 0 and not allowed else None


MONEY_DEED = r"(?:go (?:to the bank )?and )?(?:pay|send|transfer|move|withdraw|take|draw|put|give|buy|get|read|post|lend|cash|open|download|install|wire|deposit)"
ORDERS = re.compile(
    rf"\b{THIRD}(?:'s|'ve|'d)? (?:told|asked|wants?|wanted|needs?|got|begged|forced) me (?:to )?{MONEY_DEED}\b"
    rf"|\b{THIRD} (?:said|says|told me)(?: that)? i(?:'ve| have|'d| had| must| should| need)(?: to)? {MONEY_DEED}\b"
    rf"|\b(?:you need to|you must|you have to|you'll have to|i need you to) (?:pay|send|transfer|move|withdraw|buy|read|purchase|deposit|download)\b"
)


def f060_ordered(facts: Facts) -> Hit | None:
    """Somebody tells the caller what to do with money, cards or a computer. Relatives and firms do too, so it weighs little."""
    return _hit(ORDERS, facts, "somebody gives the caller orders about money or a computer", unless=OWN_HELP)
