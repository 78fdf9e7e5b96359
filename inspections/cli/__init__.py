"""The command ``inspection``: a thin layer over the rooms, each of which also works from a notebook."""

from __future__ import annotations

import sys
from traceback import format_tb

import typer

from inspections.cli.auditing import audit_app
from inspections.cli.coding import code, codebook_app, reader_app
from inspections.cli.comparing import compare
from inspections.cli.exchanging import audit_export, audit_import
from inspections.cli.forms import forms_app
from inspections.cli.releasing import axe, release
from inspections.cli.reports import comments, report
from inspections.cli.rules import (
    audit_concordance,
    audit_groups,
    audit_notebook,
    audit_rules,
    codebook_diff,
    codebook_site,
)
from inspections.cli.running import check, plan, replace, run
from inspections.cli.shared import Commands
from inspections.cli.standing import status
from inspections.confidential import secluded

__all__ = ["app", "main"]

_NO_CASES = {"axe", "codebook", "reader"}
"""Commands whose results are for whoever uses this machine: no case file goes into them but for one of
`codebook diff --force`, which sees to that itself."""


def _begin(context: typer.Context) -> None:
    if context.invoked_subcommand not in _NO_CASES:
        context.with_resource(secluded())


app = typer.Typer(
    cls=Commands,
    callback=_begin,
    help="Inspect how police forces investigate rape and serious sexual offences.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
for command in (check, plan, replace, run, status, report, comments, compare, axe, release, code):
    app.command()(command)
audit_app.command("rules")(audit_rules)
audit_app.command("concordance")(audit_concordance)
audit_app.command("groups")(audit_groups)
audit_app.command("notebook")(audit_notebook)
audit_app.command("export")(audit_export)
audit_app.command("import")(audit_import)
codebook_app.command("diff")(codebook_diff)
codebook_app.command("site")(codebook_site)
app.add_typer(codebook_app, name="codebook")
app.add_typer(reader_app, name="reader")
app.add_typer(forms_app, name="forms")
app.add_typer(audit_app, name="audit")


def main() -> None:
    """Run the command; a fault that nobody foresaw ends it with its kind and place, without its words.

    An error's own words may quote the note that it fell over.
    """
    try:
        app(prog_name="inspection")
    except Exception as error:
        sys.stderr.write("".join(format_tb(error.__traceback__)))
        sys.exit(
            f"Stopped with {type(error).__name__}. Its words are kept back: they may quote a case file. "
            "Report it with a fictional example, never with case material."
        )
