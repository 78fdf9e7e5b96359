"""Read a force's extract from its database: the address from the environment, the rows in blocks.

The address holds a password. It is used to connect and for nothing else: messages name the environment
variable, never what is in it, and do not repeat a driver's words, which may hold a login or a note's text.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from parameters import InspectionError, Problem
from parameters.models import Source
from parameters.suggestions import did_you_mean

if TYPE_CHECKING:
    from sqlalchemy import Connection, CursorResult, Engine

__all__ = ["DatabaseRows", "open_database"]

ROWS_AT_A_TIME = 10_000
EXAMPLE = "postgresql+psycopg://user:password@server/database"


@dataclass(frozen=True)
class DatabaseRows:
    """Rows of a table or query: their columns, and a reader to be used once, giving row numbers and cells."""

    name: str
    header: tuple[str, ...]
    read: Callable[[Sequence[str]], Iterator[tuple[int, Sequence[Any]]]] = field(repr=False)


@contextmanager
def open_database(source: Source, *, parameter_file: str) -> Iterator[DatabaseRows]:
    """Connect to the database of a source, for as long as its rows are read.

    Nothing is written there: the transaction is rolled back at the end.

    Parameters
    ----------
    source : Source
        With ``url_from``, and ``table`` or ``query``.
    parameter_file : str
        Parameter file to name in messages.

    Raises
    ------
    InspectionError
        Missing variable or driver, no connection, no such table, a refused query, a broken connection.
    """
    place = _Place(source, parameter_file)
    engine = _engine(place)
    try:
        with _connected(engine, place) as connection:
            yield _table(connection, place) if source.table else _query(connection, place)
    finally:
        engine.dispose()


@dataclass(frozen=True)
class _Place:
    """Where in the parameter file a database source stands, to name it in messages."""

    source: Source
    parameter_file: str

    @property
    def variable(self) -> str:
        return str(self.source.url_from)

    @property
    def name(self) -> str:
        return f"{self.variable}, {f'table {self.source.table}' if self.source.table else 'query'}"

    def stop(self, key: str, message: str, remedy: str) -> NoReturn:
        value = str(getattr(self.source, key) or "")
        field = f"sources.{self.source.holds}.{key}"
        raise InspectionError([Problem(self.parameter_file, field, value, message, remedy)]) from None

    def broke_off(self, rows: int) -> NoReturn:
        message = f"broke off after {rows:,} rows." if rows else "broke off before the first row."
        remedy = "Run again; nothing of what was read is kept. If it recurs, ask for the extract as files."
        raise InspectionError([Problem(self.name, "", "", message, remedy)]) from None


def _engine(place: _Place) -> Engine:
    try:
        from sqlalchemy import create_engine, make_url
        from sqlalchemy.exc import ArgumentError, NoSuchModuleError
    except ModuleNotFoundError:
        message = "names a database, but SQLAlchemy is not installed."
        place.stop("url_from", message, 'Install it beside the toolkit: pip install "sqlalchemy>=2".')
    address = os.environ.get(place.variable, "").strip()
    if not address:
        message = f"names the environment variable {place.variable}, which is not set."
        remedy = f"Set it where the toolkit runs, to an address such as {EXAMPLE}."
        place.stop("url_from", message, remedy)
    unusable = f"names {place.variable}, which does not hold the address of a database."
    try:
        url = make_url(address)
        engine = create_engine(url, hide_parameters=True)
    except ModuleNotFoundError as error:
        message = f"names a database that is reached by the Python package {error.name}, not installed here."
        remedy = f"Install it beside the toolkit: pip install {error.name}."
        place.stop("url_from", message, remedy)
    except NoSuchModuleError:
        message = f"names {place.variable}, whose address begins with a kind of database not known here."
        place.stop("url_from", message, f"Begin it as in {EXAMPLE}, or install the dialect it names.")
    except (ArgumentError, ValueError):
        remedy = f"Write it like {EXAMPLE}; write special characters of the password as in %40 for @."
        place.stop("url_from", unusable, remedy)
    named = url.database if url.get_backend_name() == "sqlite" else None
    if named and named != ":memory:" and not named.startswith("file:") and not Path(named).is_file():
        message = f"names {place.variable}, whose SQLite file does not exist."
        place.stop("url_from", message, "Correct the path; sqlite:////folder/file.db is an absolute one.")
    return engine


@contextmanager
def _connected(engine: Engine, place: _Place) -> Iterator[Connection]:
    try:
        connection = engine.connect()
    except Exception:  # drivers have errors of their own, and their words may hold the login
        message = f"names {place.variable}, but no connection to that database can be made."
        remedy = (
            "Check that its server can be reached from here, and the user, password and name of the database."
        )
        place.stop("url_from", message, remedy)
    with connection:
        yield connection.execution_options(stream_results=True, max_row_buffer=ROWS_AT_A_TIME)


def _table(connection: Connection, place: _Place) -> DatabaseRows:
    """Rows of a table or view, in the order of all columns mapped but the text, so that rows keep numbers."""
    from sqlalchemy import column, inspect, select, table
    from sqlalchemy.exc import NoSuchTableError

    def absent(remedy: str) -> NoReturn:
        message = f'is "{source.table}", but the database has no such table or view that this user may read.'
        place.stop("table", message, remedy)

    source = place.source
    schema, _, name = str(source.table).rpartition(".")
    try:
        catalogue = inspect(connection)
        header = tuple(str(known["name"]) for known in catalogue.get_columns(name, schema or None))
    except NoSuchTableError:
        known = [*catalogue.get_table_names(schema or None), *catalogue.get_view_names(schema or None)]
        shown = [f"{schema}.{other}" if schema else other for other in known]
        absent(did_you_mean(str(source.table), sorted(shown)))
    except Exception as error:  # as below
        if _lost(error):
            place.broke_off(0)
        absent("Check the name of the schema, and the rights of this user.")
    text = {column for name, column in source.columns.items() if name == "text"}

    def read(columns: Sequence[str]) -> Iterator[tuple[int, Sequence[Any]]]:
        kept = table(name, *(column(name) for name in columns), schema=schema or None)
        order = [kept.c[name] for name in columns if name not in text]
        statement = select(kept).order_by(*order)
        yield from _numbered(_executed(lambda: connection.execute(statement), place), place)

    return DatabaseRows(place.name, header, read)


def _query(connection: Connection, place: _Place) -> DatabaseRows:
    as_written = {"no_parameters": True}  # else a driver would take a % for the place of a parameter
    query = str(place.source.query)
    result = _executed(lambda: connection.exec_driver_sql(query, execution_options=as_written), place)
    header = tuple(map(str, result.keys())) if result.returns_rows else ()

    def read(columns: Sequence[str]) -> Iterator[tuple[int, Sequence[Any]]]:
        places = [header.index(name) for name in columns]
        for number, row in _numbered(result, place):
            yield number, [row[at] for at in places]

    return DatabaseRows(place.name, header, read)


def _executed(execute: Callable[[], CursorResult[Any]], place: _Place) -> CursorResult[Any]:
    try:
        return execute()
    except Exception as error:  # drivers have errors of their own, and their words may hold a note
        _explain(error, place, rows=0)


def _numbered(result: CursorResult[Any], place: _Place) -> Iterator[tuple[int, Sequence[Any]]]:
    """Rows with their number in the result, until the last or the end of the connection."""
    number = 0
    try:
        for rows in result.partitions(ROWS_AT_A_TIME):
            for row in rows:
                number += 1
                yield number, row
    except Exception as error:  # as above
        _explain(error, place, rows=number)


def _explain(error: Exception, place: _Place, *, rows: int) -> NoReturn:
    """Tell a lost connection from a refusal; of the driver's words, only the standard code is repeated."""
    code = _code(error)
    if _lost(error) or (rows and not code):
        place.broke_off(rows)
    message = f"is refused by the database{f' (code {code})' if code else ''}."
    remedy = (
        "Try it in the database's own tool as the same user: check the names of tables and columns, and that "
        "this user may read them."
    )
    place.stop("table" if place.source.table else "query", message, remedy)


def _lost(error: Exception) -> bool:
    """Whether the connection is gone: classes 08 and 57 of SQLSTATE, or what the driver's dialect knows."""
    return (
        isinstance(error, OSError)
        or getattr(error, "connection_invalidated", False)
        or _code(error)[:2] in ("08", "57")
    )


def _code(error: Exception) -> str:
    return str(getattr(getattr(error, "orig", None), "sqlstate", None) or "")
