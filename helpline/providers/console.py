"""No telephone company at all: what would be sent is printed. Nobody can ring in, so no request is ever its own."""

from __future__ import annotations

from collections.abc import Mapping

import click

from helpline.providers import CardTyped, Incoming, Outcome, ProviderError, Ringing, Verb


class ConsoleProvider:
    def send_sms(self, to: str, body: str, key: str) -> str:
        click.echo(f"[text to {to}] {body}")
        return f"console-{key}"

    def place_call(self, to: str, answer_url: str, key: str) -> str:
        click.echo(f"[call to {to}]")
        return f"console-{key}"

    def signed(self, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> bool:
        return False

    def ringing(self, form: Mapping[str, str]) -> Ringing:
        raise ValueError("nobody rings the console")

    def card(self, form: Mapping[str, str]) -> CardTyped:
        raise ValueError("nobody types a card at the console")

    def incoming(self, form: Mapping[str, str]) -> Incoming:
        raise ValueError("nobody writes to the console")

    def outcome(self, form: Mapping[str, str]) -> Outcome:
        raise ValueError("the console tells nothing later")

    def text_document(self, answer: str = "") -> str:
        raise ProviderError("nobody writes to the console", permanent=True)

    def recording(self, url: str) -> bytes:
        raise ProviderError("nobody rings the console", permanent=True)

    def forget_recording(self, url: str) -> None:
        """There is none."""

    def document(self, *verbs: Verb) -> str:
        raise ProviderError("nobody rings the console", permanent=True)
