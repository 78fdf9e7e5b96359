"""`python -m inspections.cli` is `inspection`."""

from inspections.cli import app

app(prog_name="inspection")
