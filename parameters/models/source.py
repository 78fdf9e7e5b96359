"""One extract of a force: a file, a folder of files or a database, and how it is to be read."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, ClassVar, Generic, Literal, Self

from pydantic import BeforeValidator, Field, StringConstraints, Tag, field_validator, model_validator

from parameters.fields import FIELDS, CaseFileField, Table, fields_of
from parameters.models.columns import Column, Constant, DateFormat, DateName, Name, Recoded
from parameters.models.values import Strictly, Words, either, rule
from parameters.paths import PROJECT
from parameters.suggestions import listed

FORMAT_BY_SUFFIX: Mapping[str, Literal["csv", "excel", "parquet"]] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".xlsx": "excel",
    ".xlsm": "excel",
    ".parquet": "parquet",
}
_READ_WITH: Mapping[str, tuple[str, ...]] = {
    "encoding": ("csv",),
    "delimiter": ("csv",),
    "sheet": ("excel",),
    "header": ("csv", "excel"),
}
"""Setting of a file -> the formats that are read with it."""

VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
SELECTS = re.compile(r"\s*(?:--[^\n]*\n\s*)*(?:select|with)\b", re.IGNORECASE)


_ONE, _EACH = "<one>", "<each>"


def _one_or_each(value: object) -> str | None:
    if isinstance(value, str):
        return _ONE
    return _EACH if isinstance(value, dict) else None


def _row_or_rows(value: object) -> object:
    rows: list[Any] = list(value) if isinstance(value, list | tuple) else [value]
    if not rows or not all(isinstance(row, int) and not isinstance(row, bool) and row >= 1 for row in rows):
        raise rule(
            "must be a row number, or a list of them.",
            "Write 1 for the first row, or [2, 3] where the names of columns stand over two rows.",
        )
    if rows != list(range(rows[0], rows[0] + len(rows))):
        raise rule("must be rows that follow each other.", "Write a list such as [2, 3].")
    return value


def _sheet_or_sheets(value: object) -> object:
    names = list(value) if isinstance(value, list | tuple) else [value]
    if value is not None and not (names and all(isinstance(name, str) and name for name in names)):
        raise rule(
            "must be the name of a sheet, or a list of names.", 'Write a name such as "2025" in quotes.'
        )
    return value


HeaderRows = Annotated[int | tuple[int, ...], BeforeValidator(_row_or_rows)]
Sheets = Annotated[str | tuple[str, ...] | None, BeforeValidator(_sheet_or_sheets)]


class Source(Strictly, Generic[Name, DateName]):
    """One extract of a force, in files or in a database, and how its columns are to be read."""

    holds: ClassVar[Table]

    path: Words | None = Field(
        None,
        description="File, from the folder of this parameter file; or a folder of files with the same"
        " columns, or a pattern such as extract/cases-*.csv.",
    )
    format: Literal["csv", "excel", "parquet"] | None = Field(
        None, description="csv, excel or parquet; by default judged by the file's ending. A folder needs it."
    )
    url_from: Words | None = Field(
        None,
        description="Environment variable that holds the address of a database, such as"
        " NORTHSHIRE_DATABASE_URL; never the address itself.",
    )
    table: Words | None = Field(None, description="Table or view of the database, such as crime.cases.")
    query: Words | None = Field(
        None, description="SELECT statement for the database, in place of a table; end it with ORDER BY."
    )
    encoding: Words = Field("utf-8", description="Encoding of a CSV file; older Windows exports use cp1252.")
    delimiter: Annotated[str, StringConstraints(min_length=1, max_length=1)] = Field(
        ",", description='Character between the cells of a CSV file; "\\t" for tabs.'
    )
    sheet: Sheets = Field(
        None,
        description="Sheet of an Excel file, or a list of sheets with the same columns; else the first.",
    )
    header: HeaderRows = Field(
        1,
        description="Row that holds the names of the columns, or rows such as [2, 3] where a name is written"
        ' over two; then a column is called "upper / lower".',
    )
    only: dict[str, tuple[Words, ...]] = Field(
        default_factory=dict,
        description="Keep only rows whose source column holds one of these values: {column: [values]}.",
    )
    columns: dict[Name, Column] = Field(
        description="Name in this toolkit -> the force's column name, or {value: ...} for a constant."
    )
    dates: Annotated[
        Annotated[DateFormat, Tag(_ONE)] | Annotated[dict[DateName, DateFormat], Tag(_EACH)],
        either(
            _one_or_each,
            "must be iso, one pattern, or one pattern for each field.",
            'Write iso, "%d/%m/%Y", or {closed_on: "%d/%m/%Y"}.',
        ),
    ] = Field("iso", description='How dates are written: iso, a pattern such as "%d/%m/%Y", or one a field.')
    values: dict[Name, dict[str, Recoded]] = Field(
        default_factory=dict,
        description="Recoding: field -> {the force's value: our value}; null where it means not recorded.",
    )

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, value: str) -> str:
        try:
            "".encode(value)  # codecs also knows names such as base64 that are no encodings of text
            return codecs.lookup(value).name
        except LookupError:
            raise rule(
                f'is "{value}", not the name of an encoding.',
                "Most files are utf-8; older Windows ones cp1252.",
            ) from None

    @field_validator("columns")
    @classmethod
    def _usable_columns(cls, value: dict[str, str | Constant]) -> dict[str, str | Constant]:
        required = [field.name for field in FIELDS[cls.holds] if field.required]
        missing = [name for name in required if name not in value]
        if missing:
            raise rule(
                f"has no {listed(missing, last='or')}.",
                "Map it to the force's column; nothing can be read without.",
            )
        constant = [name for name in required if isinstance(value[name], Constant)]
        if constant:
            raise rule(
                f"gives every row the same {listed(constant)}.",
                "Give the name of the force's column instead.",
            )
        shared = _columns_with_two_meanings(value, fields_of(cls.holds))
        if shared:
            column, names = shared[0]
            raise rule(
                f'reads {listed(names)} from the one column "{column}", which cannot mean both.',
                "Correct one of them, or leave it out if the force does not hold it.",
            )
        return value

    @model_validator(mode="before")
    @classmethod
    def _keeps_no_address(cls, values: object) -> object:
        """Refuse the address of a database: it holds a password, and this file is shared."""
        texts = values.items() if isinstance(values, Mapping) else ()
        for key, text in texts:
            if key == "password" or (isinstance(text, str) and key != "query" and "://" in text):
                raise rule(
                    "holds the address of a database; addresses and passwords do not belong in this file.",
                    "Set an environment variable to the address, such as FORCE_DATABASE_URL, and write"
                    " url_from: FORCE_DATABASE_URL. If there was a password in it, have it changed.",
                    field=key,
                )
        return values

    @field_validator("url_from")
    @classmethod
    def _names_a_variable(cls, value: str | None) -> str | None:
        if value is not None and not VARIABLE.fullmatch(value):
            raise rule(
                "is not the name of an environment variable.",
                "Use letters, digits and underscores, such as NORTHSHIRE_DATABASE_URL.",
            )
        return value

    @field_validator("query")
    @classmethod
    def _only_reads(cls, value: str | None) -> str | None:
        if value is not None and not SELECTS.match(value):
            raise rule("is not a SELECT statement.", "Begin it with SELECT, or with WITH and end in SELECT.")
        return value

    @model_validator(mode="after")
    def _in_one_place(self) -> Self:
        if (self.path is None) == (self.url_from is None):
            raise rule(
                "has neither path nor url_from." if self.path is None else "has both path and url_from.",
                "Give path for files, or url_from with table or query for a database.",
            )
        if self.path is not None:
            self._check_files()
        else:
            self._check_database()
        return self

    @model_validator(mode="after")
    def _tells_of_columns_that_it_maps(self) -> Self:
        """Refuse recodings and dates by which nothing is read: as a rule a line of columns was lost."""
        mapped = {str(name) for name, column in self.columns.items() if isinstance(column, str)}
        dated = [] if isinstance(self.dates, str) else self.dates
        for key, fields in (("values", self.values), ("dates", dated)):
            if idle := [str(name) for name in fields if str(name) not in mapped]:
                raise rule(
                    f"names {listed(idle)}, which columns does not map to a column of the force.",
                    "Map it under columns, or delete it here.",
                    field=key,
                )
        as_written = [name for name in self.values if fields_of(self.holds)[str(name)].kind == "note text"]
        if as_written:
            message = f"recodes {listed(as_written)}, but notes are read as they are written."
            raise rule(message, "Delete it.", field="values")
        return self

    def _check_files(self) -> None:
        for name in ("table", "query"):
            if getattr(self, name) is not None:
                raise rule("is for a database, but path names a file.", "Delete one of the two.", field=name)
        if self.format is None and PurePosixPath(str(self.path)).suffix.lower() not in FORMAT_BY_SUFFIX:
            raise rule(
                f'is "{self.path}", whose ending does not tell how to read it.',
                "Give a .csv, .xlsx or .parquet file, or add format: csv, excel or parquet, as for a folder.",
                field="path",
            )
        for name, formats in _READ_WITH.items():
            if self._is_given(name) and self.read_as not in formats:
                message = f"is for {listed(formats, last='or')} files, but these are read as {self.read_as}."
                raise rule(message, "Delete it, or correct path or format.", field=name)

    def _is_given(self, name: str) -> bool:
        return bool(getattr(self, name) != type(self).model_fields[name].default)

    def _check_database(self) -> None:
        if (self.table is None) == (self.query is None):
            raise rule(
                "has neither table nor query." if self.table is None else "has both table and query.",
                "Give one: table for a table or view, query for a SELECT statement.",
            )
        for name in ("format", *_READ_WITH):
            if self._is_given(name):
                raise rule("is for files, but url_from names a database.", "Delete it.", field=name)

    @property
    def read_as(self) -> Literal["csv", "excel", "parquet", "database"]:
        """Format given, or else judged by the file's ending."""
        if self.path is None:
            return "database"
        return self.format or FORMAT_BY_SUFFIX[PurePosixPath(self.path).suffix.lower()]

    @property
    def header_rows(self) -> tuple[int, ...]:
        """Rows that hold the names of the columns, counted from 1."""
        return (self.header,) if isinstance(self.header, int) else self.header

    @property
    def sheets(self) -> tuple[str, ...]:
        """Sheets named; none for the first sheet."""
        return (self.sheet,) if isinstance(self.sheet, str) else self.sheet or ()

    def files(self) -> tuple[Path, ...]:
        """Files of the extract in order of name, none for a database.

        `load_parameters` has made the path start at the project root. Of a folder, the files with the usual
        endings of the format, except .txt, which is mostly a letter. Where nothing is found, the path itself.
        """
        if self.path is None:
            return ()
        path, wanted = PROJECT / self.path, self.read_as
        if path.is_dir():
            endings = {ending for ending, kind in FORMAT_BY_SUFFIX.items() if kind == wanted} - {".txt"}
            found = [file for file in path.iterdir() if file.suffix.lower() in endings]
        else:
            found = [] if path.exists() else list(path.parent.glob(path.name))
        seen = [file for file in found if file.is_file() and file.name[0] not in ".~"]
        return tuple(sorted(seen)) or (path,)

    def date_format(self, field: str) -> str:
        """How dates of one field are written: ``iso`` or a strptime pattern."""
        if isinstance(self.dates, str):
            return self.dates
        return {str(name): written for name, written in self.dates.items()}.get(field, "iso")


def _columns_with_two_meanings(
    columns: Mapping[str, str | Constant], fields: Mapping[str, CaseFileField]
) -> list[tuple[str, list[str]]]:
    """Source columns mapped to fields that exclude each other.

    Two fields may share a column, such as a report date standing in for the recording date. A reference or a
    note text shares with nothing, and a date is not also a category.
    """
    names_by_column: dict[str, list[str]] = {}
    for name, column in columns.items():
        if isinstance(column, str):
            names_by_column.setdefault(column, []).append(name)
    return [
        (column, names)
        for column, names in names_by_column.items()
        if len(names) > 1 and not _may_share([fields[name] for name in names])
    ]


def _may_share(fields: list[CaseFileField]) -> bool:
    kinds = {field.kind for field in fields}
    return not any(field.required for field in fields) and len(kinds) == 1
