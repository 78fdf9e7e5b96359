"""A force's database reads like its files, and nobody ever sees the password: SQLite always, PostgreSQL where
its server is installed (the test starts one of its own, and stops it)."""

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from force_files import CASE_COLUMNS, NOTE_COLUMNS, force
from syrupy.assertion import SnapshotAssertion

from inspections.case_files import CaseFiles, read_case_files, read_note_texts
from inspections.databases import open_database
from parameters import InspectionError, Parameters
from parameters.models import CaseSource, NoteSource

pytest.importorskip("sqlalchemy", reason="SQLAlchemy is optional: it reads databases")

VARIABLE = "WESTMOOR_DATABASE_URL"
PASSWORD = "Zuleika7"
CANARY = "said she froze"
CASES = [
    ("W/1", "2025-01-10", "2025-05-01", 15),
    ("W/2", "2025-02-11", "2025-06-02", 16),
    ("W/3", "2025-03-12", None, None),
]
NOTES = [
    ("W/1", "2025-01-10 09:30:00", "Report taken from the victim."),
    ("W/1", "2025-01-12 14:00:00", "Suspect to be traced."),
    ("W/2", "2025-02-11 11:15:00", f"Éléonore {CANARY}: 'initial account'."),
    ("W/3", "2025-03-12 08:05:00", "CCTV requested."),
]
FROM_TABLES = {
    "case_source": {"path": None, "url_from": VARIABLE, "table": "cases"},
    "note_source": {"path": None, "url_from": VARIABLE, "table": "notes"},
}


def from_files(folder: Path) -> Parameters:
    cases = pd.DataFrame(CASES, columns=list(CASE_COLUMNS.values()), dtype=object)
    notes = pd.DataFrame(NOTES, columns=list(NOTE_COLUMNS.values()))
    return force(folder, cases=cases.to_csv(index=False), notes=notes.to_csv(index=False))


@pytest.fixture
def sqlite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "crime.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE cases (Ref TEXT, Reported TEXT, Closed TEXT, Outcome INTEGER)")
        database.execute("CREATE TABLE notes (Ref TEXT, Entered TEXT, Note TEXT)")
        database.executemany("INSERT INTO cases VALUES (?, ?, ?, ?)", CASES)
        database.executemany("INSERT INTO notes VALUES (?, ?, ?)", NOTES)
    database.close()
    monkeypatch.setenv(VARIABLE, f"sqlite:///{path}")
    return path


def same_case_files(first: CaseFiles, second: CaseFiles) -> None:
    for table in ("cases", "notes", "checks"):
        pd.testing.assert_frame_equal(getattr(first, table), getattr(second, table))
    texts = [read_note_texts(read, read.cases["case_id"]) for read in (first, second)]
    pd.testing.assert_frame_equal(*texts)


def test_tables_of_a_database_read_like_files(sqlite: Path, tmp_path: Path) -> None:
    same_case_files(read_case_files(force(tmp_path, **FROM_TABLES)), read_case_files(from_files(tmp_path)))


def test_a_query_reads_like_a_table(sqlite: Path, tmp_path: Path) -> None:
    query = (
        "-- of the inspection\nSELECT Note, Ref, Entered FROM notes WHERE Ref LIKE 'W/%' AND '1:x' <> '%s'"
    )
    queried = {**FROM_TABLES, "note_source": {"path": None, "url_from": VARIABLE, "query": query}}
    same_case_files(read_case_files(force(tmp_path, **queried)), read_case_files(from_files(tmp_path)))


def test_a_fingerprint_stands_for_the_rows_read_in_any_order(sqlite: Path, tmp_path: Path) -> None:
    def fingerprints(query: str) -> dict[str, str]:
        source = {"path": None, "url_from": VARIABLE, "query": query}
        return read_case_files(force(tmp_path, **{**FROM_TABLES, "note_source": source})).fingerprints

    forwards, backwards = (
        fingerprints(f"SELECT * FROM notes ORDER BY Entered {way}") for way in ("ASC", "DESC")
    )
    assert forwards == backwards
    assert set(forwards) == {"sources.cases", "sources.notes"}
    assert all(len(fingerprint) == 64 for fingerprint in forwards.values())
    assert fingerprints("SELECT Ref, Entered, Note || '!' AS Note FROM notes") != forwards
    assert read_case_files(from_files(tmp_path)).fingerprints == {}


def test_a_database_is_not_changed_by_reading(sqlite: Path, tmp_path: Path) -> None:
    before = sqlite.read_bytes()
    read_case_files(force(tmp_path, **FROM_TABLES))
    assert sqlite.read_bytes() == before
    assert {path.name for path in tmp_path.iterdir()} == {"cases.csv", "notes.csv", "crime.db"}


def test_rows_that_change_between_check_and_sample_are_refused(sqlite: Path, tmp_path: Path) -> None:
    read = read_case_files(force(tmp_path, **FROM_TABLES))
    with sqlite3.connect(sqlite) as database:
        database.execute("UPDATE notes SET Note = 'Suspect traced.' WHERE Entered LIKE '2025-01-12%'")
    database.close()
    with pytest.raises(InspectionError, match="has changed since it was checked"):
        read_note_texts(read, ["W/1"])
    assert len(read_note_texts(read, ["W/2"])) == 1


def told(parameters: Parameters, folder: Path) -> str:
    """The message, after making sure that neither it nor the traceback holds a login or a note."""
    with pytest.raises(InspectionError) as error:
        read_case_files(parameters)
    everything = "".join(traceback.format_exception(error.value)) + repr(error.value.problems)
    assert PASSWORD not in everything
    assert CANARY not in everything
    return str(error.value).replace(folder.as_posix(), "folder")


MISTAKES: dict[str, tuple[str | None, dict[str, Any]]] = {
    "variable not set": (None, {}),
    "variable holds no address": (f"reader:{PASSWORD}@db.example", {}),
    "port in words": (f"postgresql+psycopg://reader:{PASSWORD}@db.example:port/crime", {}),
    "database of no known kind": (f"postgers://reader:{PASSWORD}@db.example/crime", {}),
    "driver missing": (f"mssql+pyodbc_missing://reader:{PASSWORD}@db.example/crime", {}),
    "driver not installed": (f"mysql+pymysql://reader:{PASSWORD}@db.example/crime", {}),
    "file of the database missing": ("sqlite:///nowhere/crime.db", {}),
    "table mistyped": ("sqlite", {"table": "Case"}),
    "schema missing": ("sqlite", {"table": "crime.cases"}),
    "column mistyped": ("sqlite", {"columns": {**CASE_COLUMNS, "reported_on": "Reportd"}}),
    "query of no table": ("sqlite", {"table": None, "query": "SELECT * FROM crimes"}),
    "query of no rows": ("sqlite", {"table": None, "query": "SELECT * FROM cases WHERE Ref = 'X'"}),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes_with_a_database(
    mistake: str, sqlite: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, snapshot: SnapshotAssertion
) -> None:
    address, changes = MISTAKES[mistake]
    if address is None:
        monkeypatch.delenv(VARIABLE)
    elif address != "sqlite":
        monkeypatch.setenv(VARIABLE, address)
    source = {**FROM_TABLES["case_source"], **changes}
    parameters = force(tmp_path, case_source=source, note_source={"path": str(tmp_path / "notes.csv")})
    from_files(tmp_path)
    assert told(parameters, tmp_path) == snapshot


def test_without_sqlalchemy_the_remedy_is_to_install_it(
    sqlite: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)
    assert "pip install" in told(force(tmp_path, **FROM_TABLES), tmp_path)


def test_bad_rows_are_named_without_a_note(sqlite: Path, tmp_path: Path) -> None:
    with sqlite3.connect(sqlite) as database:
        database.execute("UPDATE notes SET Entered = Note WHERE Ref = 'W/2'")
    database.close()
    message = told(force(tmp_path, **FROM_TABLES), tmp_path)
    assert "WESTMOOR_DATABASE_URL, table notes: entered_at (Entered) is not a date" in message
    assert "(W/2)" in message


SERVER = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres")) or [
    Path(found).resolve() for found in [shutil.which("postgres")] if found
]


def as_ordinary_user(command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a server program: PostgreSQL refuses to run as root."""
    prefix = ["runuser", "-u", "postgres", "--"] if os.name == "posix" and os.geteuid() == 0 else []
    return subprocess.run(
        [*prefix, *command], check=True, capture_output=True, text=True, timeout=120, **options
    )


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    """Address of a server of our own, which asks for a password, with a schema of cases and notes."""
    if not SERVER:
        pytest.skip("the PostgreSQL server is not installed (Debian: apt-get install postgresql)")
    psycopg = pytest.importorskip("psycopg", reason="the driver of PostgreSQL is not installed")
    # not under pytest's own folder, which the ordinary user that runs the server may not enter
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    data, secret, programs = folder / "data", folder / "secret", SERVER[-1].parent
    secret.write_text(PASSWORD, encoding="utf-8")
    if os.geteuid() == 0:
        for parent in [folder, *folder.parents[:2]]:
            parent.chmod(0o755)
        shutil.chown(folder, "postgres")
        shutil.chown(secret, "postgres")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    initdb = [str(programs / "initdb"), "-D", str(data), "-U", "reader", "-A", "scram-sha-256"]
    as_ordinary_user([*initdb, "--pwfile", str(secret), "-E", "UTF8", "--no-sync"], cwd=folder)
    control = [str(programs / "pg_ctl"), "-D", str(data), "-w"]
    settings = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
    settings += " -c timezone=Europe/London"  # times in UTC would be told as a fault of the data
    as_ordinary_user([*control, "-l", str(folder / "log"), "-o", settings, "start"], cwd=folder)
    try:
        login = f"host=127.0.0.1 port={port} user=reader password={PASSWORD} dbname=postgres"
        with psycopg.connect(login, autocommit=True) as database:
            database.execute("CREATE SCHEMA crime")
            columns = '"Ref" text, "Reported" date, "Closed" timestamptz, "Outcome" numeric'
            database.execute(f"CREATE TABLE crime.cases ({columns})")
            database.execute('CREATE TABLE crime.notes ("Ref" text, "Entered" timestamp, "Note" text)')
            with database.cursor() as cursor:
                cursor.executemany("INSERT INTO crime.cases VALUES (%s, %s, %s, %s)", CASES)
                cursor.executemany("INSERT INTO crime.notes VALUES (%s, %s, %s)", NOTES)
            database.execute('CREATE VIEW crime.long AS SELECT n AS "Ref" FROM generate_series(1, 100000) n')
        yield f"postgresql+psycopg://reader:{PASSWORD}@127.0.0.1:{port}/postgres"
    finally:
        as_ordinary_user([*control, "-m", "immediate", "stop"], cwd=folder)
        shutil.rmtree(folder, ignore_errors=True)


FROM_POSTGRES = {
    "case_source": {"path": None, "url_from": VARIABLE, "table": "crime.cases"},
    "note_source": {"path": None, "url_from": VARIABLE, "table": "crime.notes"},
}


def test_postgresql_reads_like_files(postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, postgres)
    read = read_case_files(force(tmp_path, **FROM_POSTGRES))
    same_case_files(read, read_case_files(from_files(tmp_path)))
    assert set(read.fingerprints) == {"sources.cases", "sources.notes"}


def test_postgresql_takes_a_query_as_it_is_written(
    postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, postgres)
    query = """SELECT * FROM crime.notes WHERE "Ref" LIKE 'W/%' AND '1:x' <> '%s'"""
    queried = {**FROM_POSTGRES, "note_source": {"path": None, "url_from": VARIABLE, "query": query}}
    read = read_case_files(force(tmp_path, **queried))
    assert len(read.notes) == len(NOTES)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"address": ("Zuleika7", "Zuleika8")}, "no connection to that database can be made"),
        ({"address": ("/postgres", "/crimes")}, "no connection to that database can be made"),
        ({"table": "crime.case"}, 'Did you mean "crime.cases"?'),
        ({"table": None, "query": "SELECT * FROM crime.crimes"}, "is refused by the database (code 42P01)"),
        (
            {"table": None, "query": 'SELECT CAST("Note" AS integer) FROM crime.notes'},
            "refused by the database (code 22P02)",
        ),
        (
            {"table": None, "query": "WITH g AS (DELETE FROM crime.cases RETURNING *) SELECT * FROM g"},
            "",
        ),
    ],
    ids=["password", "database", "table", "query of no table", "query that fails on a value", "deleting"],
)
def test_what_postgresql_refuses_is_told_without_login_or_note(
    changed: dict[str, Any],
    message: str,
    postgres: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv(VARIABLE, postgres.replace(*changed.pop("address", ("", ""))))
    source = {**FROM_POSTGRES["case_source"], **changed}
    parameters = force(tmp_path, **{**FROM_POSTGRES, "case_source": source})
    if message:
        assert message in told(parameters, tmp_path)
    else:
        with pytest.raises(InspectionError):
            read_case_files(parameters)
        monkeypatch.setenv(VARIABLE, postgres)
        assert len(read_case_files(force(tmp_path, **FROM_POSTGRES)).cases) == len(CASES)
    assert PASSWORD not in "".join([*capfd.readouterr(), caplog.text, repr(parameters)])


def test_a_connection_lost_while_reading_is_told_with_the_rows_so_far(
    postgres: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    import psycopg

    monkeypatch.setenv(VARIABLE, postgres)
    source = CaseSource.model_validate(
        {"url_from": VARIABLE, "table": "crime.long", "columns": {"case_id": "Ref"}}
    )

    def read_until_it_breaks_off() -> None:
        with open_database(source, parameter_file="parameters/westmoor.yml") as rows:
            for number, _ in rows.read(["Ref"]):
                if number == 1:
                    with psycopg.connect(postgres.replace("+psycopg", ""), autocommit=True) as other:
                        other.execute(
                            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                            " WHERE pid <> pg_backend_pid() AND datname = 'postgres'"
                        )

    with pytest.raises(InspectionError, match=r"broke off after [1-9][\d,]* rows") as error:
        read_until_it_breaks_off()
    everything = "".join(traceback.format_exception(error.value)) + "".join(capfd.readouterr())
    assert PASSWORD not in everything


def test_a_connection_lost_between_rows_is_told_without_statement_or_words(
    sqlite: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlalchemy.engine import CursorResult
    from sqlalchemy.exc import OperationalError

    def lose(result: Any, size: int) -> Iterator[Any]:
        yield result.fetchmany(2)
        lost = sqlite3.OperationalError(f"server closed the connection; last row: {CANARY}")
        raise OperationalError("SELECT Note FROM notes WHERE Ref = ?", {"ref": CANARY}, lost)

    monkeypatch.setattr(CursorResult, "partitions", lose)
    columns = {"case_id": "Ref", "entered_at": "Entered", "text": "Note"}
    source = NoteSource.model_validate({"url_from": VARIABLE, "table": "notes", "columns": columns})

    def read_all() -> None:
        with open_database(source, parameter_file="parameters/westmoor.yml") as rows:
            list(rows.read(["Ref", "Note"]))

    with pytest.raises(InspectionError, match=f"{VARIABLE}, table notes: broke off after 2 rows") as error:
        read_all()
    told = "".join(traceback.format_exception(error.value))
    assert CANARY not in told
    assert "Run again; nothing of what was read is kept" in told
