"""Account numbers: how a biller writes them, and the digit that shows a slip of the pen. Pure."""

from __future__ import annotations

import re
import string
from collections.abc import Callable

CLASSES = {"9": "[0-9]", "A": "[A-Z]", "X": "[0-9A-Z]"}
_MASK = re.compile(r"[9AX ./-]*")


def is_mask(mask: str) -> bool:
    """A mask: 9 stands for a digit, A for a capital, X for either; space, point, stroke and hyphen for themselves."""
    return bool(_MASK.fullmatch(mask))


def fits(number: str, mask: str) -> bool:
    """Whether a number is written as the mask says. An empty mask takes any."""
    pattern = "".join(CLASSES.get(sign) or re.escape(sign) for sign in mask)
    return not mask or re.fullmatch(pattern, number) is not None


def luhn(number: str) -> bool:
    """The last digit makes the sum right when every second one from the right is doubled. Letters are passed over."""
    digits = [int(sign) for sign in reversed(number) if sign in string.digits]
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[1::2]]
    return len(digits) > 1 and (sum(digits[::2]) + sum(doubled)) % 10 == 0


def mod97(number: str) -> bool:
    """ISO 7064 mod 97-10, check digits last: letters count from A = 10, and the whole leaves 1."""
    signs = [sign for sign in number.upper() if sign in string.digits + string.ascii_uppercase]
    return len(signs) > 2 and int("".join(str(int(sign, 36)) for sign in signs)) % 97 == 1


CHECKS: dict[str, Callable[[str], bool]] = {"": lambda _: True, "luhn": luhn, "mod97": mod97}


def fault(number: str, mask: str, check: str) -> str:
    """What is wrong with a number at a biller of this mask and check, in words; "" when nothing is."""
    if not fits(number, mask):
        return f"is not written as this biller's accounts are: {mask}"
    return "" if CHECKS[check](number) else "has a wrong check digit: a digit was mistyped"
