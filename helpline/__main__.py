"""`python -m helpline`: the same as the `helpline` command."""

from helpline.commands import cli

cli(prog_name="helpline")
