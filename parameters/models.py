"""What a parameter file may say: the models behind `parameters/*.yml`.

Descriptions feed the JSON Schemas that editors use, and the error messages: a force liaison must follow them.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, ClassVar, Generic, Literal, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    Strict,
    StringConstraints,
    Tag,
    field_validator,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from parameters.fields import FIELDS, OUTCOME_TYPES, CaseFileField, Kind, Table, fields_of
from parameters.paths import PROJECT
from parameters.suggestions import did_you_mean, listed

__all__ = [
    "ApprovedExtract",
    "CaseSource",
    "Constant",
    "Disclosure",
    "Force",
    "Frame",
    "Inspection",
    "NoteSource",
    "OutcomeSource",
    "Parameters",
    "Period",
    "ReportDetails",
    "Sample",
    "SampleOverrides",
    "Source",
    "Sources",
]

FORMAT_BY_SUFFIX: Mapping[str, Literal["csv", "excel", "parquet"]] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".xlsx": "excel",
    ".xlsm": "excel",
    ".parquet": "parquet",
}
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
SELECTS = re.compile(r"\s*(?:--[^\n]*\n\s*)*(?:select|with)\b", re.IGNORECASE)
LOWEST_THRESHOLD = 3
USUAL_THRESHOLD = 10


def rule(message: str, remedy: str, *, field: str = "") -> PydanticCustomError:
    """A broken rule in the words of `Problem`: what follows the field name, and what to do.

    `field` names the key meant, for a rule that is checked on the mapping around it.
    """
    return PydanticCustomError("rule", "{message}", {"message": message, "remedy": remedy, "field": field})


def either(choose: Callable[[object], str | None], message: str, remedy: str) -> Discriminator:
    """Tell the forms of a value apart, with one message where pydantic has one for each form."""
    return Discriminator(
        choose,
        custom_error_type="rule",
        custom_error_message="{message}",
        custom_error_context={"message": message, "remedy": remedy, "field": ""},
    )


class Strictly(BaseModel):
    """Unknown keys are mistakes, and parameters never change after they are read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]
YesNo = Annotated[bool, Strict()]


def _whole_number_or_all(value: object) -> object:
    if value == "all" or (isinstance(value, int) and not isinstance(value, bool) and value >= 1):
        return value
    raise rule(
        "must be a whole number of case files, 1 or more, or all.", 'Write a number such as 24, or "all".'
    )


SampleSize = Annotated[
    Annotated[int, Field(ge=1)] | Literal["all"], BeforeValidator(_whole_number_or_all)
]  # one message instead of one for each arm of the union

_ALL, _LIST = "<all>", "<list>"


def _all_or_list(value: object) -> str | None:
    if isinstance(value, list | tuple):
        return _LIST
    return _ALL if value == "all" else None


def _not_empty(value: tuple[str, ...]) -> tuple[str, ...]:
    if not value:
        raise rule("is an empty list.", 'Write a list such as ["19C", "19F"], or the word all.')
    return value


Selection = Annotated[
    Annotated[Literal["all"], Tag(_ALL)]
    | Annotated[tuple[Words, ...], AfterValidator(_not_empty), Tag(_LIST)],
    either(_all_or_list, "must be a list, or all.", 'Write a list such as ["19C", "19F"], or the word all.'),
]


class Period(Strictly):
    """Inspection period, both days included."""

    start: date = Field(description="First day of the period, year-month-day.")
    end: date = Field(description="Last day of the period, year-month-day.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.end < self.start:
            raise rule(
                f"is {self.end}, before the period starts on {self.start}.",
                "Give an end on or after the start.",
                field="end",
            )
        return self


class Frame(Strictly):
    """Which of a force's cases the sample is drawn from."""

    date_basis: Literal["closed", "recorded"] = Field(
        "closed", description="Date that must fall in the period: closed or recorded."
    )
    offence_codes: Selection = Field(
        "all", description='Home Office offence codes to include, each in quotes, or "all".'
    )
    outcome_types: Selection = Field("all", description='Outcome types to include, each in quotes, or "all".')

    @field_validator("outcome_types")
    @classmethod
    def _known_outcome_types(cls, value: str | tuple[str, ...]) -> str | tuple[str, ...]:
        unknown = [code for code in value if code not in OUTCOME_TYPES] if value != "all" else []
        if unknown:
            raise rule(
                f"lists {listed(unknown)}, not among the Home Office outcome types.",
                f"Known types: {', '.join(OUTCOME_TYPES)}.",
            )
        return value


StrataField = Literal[
    "decision", "outcome_type", "offence_code", "relationship", "victim_age_group", "victim_gender"
]
SecondStrataField = StrataField | Literal["none"]
Allocation = Literal["equal", "proportional", "neyman"]


def _share(value: object) -> object:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1:
        return value
    raise rule("must be a share between 0 and 1.", "Write 0.3 for 30 per cent.")


def _known_outcomes(value: dict[str, int | str]) -> dict[str, int | str]:
    unknown = [code for code in value if code not in OUTCOME_TYPES]
    if unknown:
        raise rule(
            f"names {listed(unknown)}, not among the Home Office outcome types.",
            f"Known types: {', '.join(OUTCOME_TYPES)}.",
        )
    return value


ExpectedShares = dict[Words, Annotated[float, Field(ge=0, le=1), BeforeValidator(_share)]]
DipSamples = Annotated[dict[str, SampleSize], AfterValidator(_known_outcomes)]


class Sample(Strictly):
    """How many case files to read, and how they are chosen."""

    design: Literal["stratified", "simple"] = Field(
        "stratified", description="stratified: some files from every group; simple: all files in one draw."
    )
    strata: StrataField = Field(
        "decision", description="Field whose values are the groups of a stratified sample."
    )
    crossed_with: SecondStrataField = Field(
        "none",
        description="Second field: every combination is a group, such as charged / female. none: one field.",
    )
    allocation: Allocation = Field(
        "equal",
        description="equal: the same number of files from each group; proportional: by its size; neyman: by "
        "its size and how much its files are expected to differ (needs expected_shares).",
    )
    expected_shares: ExpectedShares = Field(
        default_factory=dict,
        description="For neyman: group -> share of its files expected to show what is looked for, 0 to 1. A "
        "group left out counts as 0.5.",
    )
    certainty: tuple[Words, ...] = Field(
        (), description="Groups whose every file is read, such as [charged]; they count towards size."
    )
    minimum_per_stratum: Annotated[int, Field(strict=True, ge=1)] = Field(
        1, description="Files read from each group at least, or all of a group that holds fewer."
    )
    size: SampleSize = Field(
        description='Number of case files to read, or "all" for every case in the frame.'
    )
    minimum_notes: Annotated[int, Field(strict=True, ge=0)] = Field(
        1, description="A case with fewer notes than this cannot be read and is left out of the frame."
    )
    dip_samples: DipSamples = Field(
        default_factory=dict,
        description="Outcome type -> number of its files to read beside the sample, or all. Drawn apart and "
        "never pooled with it.",
    )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.crossed_with == self.strata:
            raise rule(
                f'is "{self.crossed_with}", the same as strata.',
                "Name another field, or write none.",
                field="crossed_with",
            )
        if self.allocation == "neyman" and not self.expected_shares:
            raise rule(
                "is missing, and allocation: neyman needs it.",
                "Write what an earlier inspection or pilot found, such as {charged: 0.2, police NFA: 0.5}.",
                field="expected_shares",
            )
        return self


class SampleOverrides(Strictly):
    """What differs from the inspection's sample in this force; everything else is taken over."""

    design: Literal["stratified", "simple"] | None = Field(None, description="See the inspection's sample.")
    strata: StrataField | None = Field(None, description="See the inspection's sample.")
    crossed_with: SecondStrataField | None = Field(None, description="See the inspection's sample.")
    allocation: Allocation | None = Field(None, description="See the inspection's sample.")
    expected_shares: ExpectedShares | None = Field(None, description="See the inspection's sample.")
    certainty: tuple[Words, ...] | None = Field(None, description="See the inspection's sample.")
    minimum_per_stratum: Annotated[int, Field(strict=True, ge=1)] | None = Field(
        None, description="See the inspection's sample."
    )
    size: SampleSize | None = Field(None, description="See the inspection's sample.")
    minimum_notes: Annotated[int, Field(strict=True, ge=0)] | None = Field(
        None, description="See the inspection's sample."
    )
    dip_samples: DipSamples | None = Field(None, description="See the inspection's sample.")


class Disclosure(Strictly):
    """When a count is too small to publish."""

    threshold: Annotated[int, Field(strict=True)] = Field(
        USUAL_THRESHOLD,
        description="Counts below this number, other than zero, are hidden in what is released.",
    )
    reason: Words | None = Field(
        None, description=f"Why this threshold; needed when it is below {USUAL_THRESHOLD}."
    )

    @model_validator(mode="after")
    def _safe(self) -> Self:
        if self.threshold < LOWEST_THRESHOLD:
            raise rule(
                f"is {self.threshold}, below the lowest allowed, {LOWEST_THRESHOLD}.",
                f"Counts under {LOWEST_THRESHOLD} can point to one person. Write {LOWEST_THRESHOLD} or more.",
                field="threshold",
            )
        if self.threshold < USUAL_THRESHOLD and not self.reason:
            raise rule(
                f"is missing, and the threshold {self.threshold} is below the usual {USUAL_THRESHOLD}.",
                "Write why smaller counts may be published, and who agreed.",
                field="reason",
            )
        return self


class ReportDetails(Strictly):
    """What stands on the cover of the report."""

    title: Words = Field(description="Title of the report; the force's name is added.")
    subtitle: Words | None = Field(None, description="Line under the title.")
    publisher: Words = Field(description="Body that publishes the report.")
    author: Words = Field(description="Author or team, as printed.")
    published: date = Field(
        description="Date of publication, year-month-day; printed, and used in every file."
    )
    contact: Words = Field(description="Where a reader can write.")
    licence: Words | None = Field(None, description="Licence of the published text, as printed.")


class Inspection(Strictly):
    """The inspection design, the same for every force: `parameters/inspection.yml`."""

    id: Slug = Field(description="Short name for folders: small letters, digits and hyphens.")
    name: Words = Field(description="Name of the inspection, as printed.")
    fictional: YesNo = Field(False, description="true when the data are made up; printed on every page.")
    period: Period = Field(description="First and last day of the inspection period.")
    frame: Frame = Field(default_factory=Frame, description="Which cases the sample is drawn from.")
    sample: Sample = Field(description="How many case files to read, and how they are chosen.")
    seed: Words = Field(
        description="Any words, in quotes. Decides which files are drawn: choose it after the lists are in."
    )
    codebook: Words = Field("nlp/codebook", description="Folder of the codebook, from the project root.")
    disclosure: Disclosure = Field(
        default_factory=Disclosure,
        description="When a count is too small to publish.",
    )
    report: ReportDetails = Field(description="What stands on the cover of the report.")

    @model_validator(mode="after")
    def _published_after_the_period(self) -> Self:
        if self.report.published < self.period.end:
            raise rule(
                f"is {self.report.published}, before the period ends on {self.period.end}.",
                "Give the date the report will be published.",
                field="report.published",
            )
        return self


def _plain_value(value: object) -> object:
    if value is None or isinstance(value, str | bool | int):
        return value
    raise rule("must be text, a whole number, true or false.", "Put it in quotes to make it text.")


PlainValue = Annotated[str | bool | int, BeforeValidator(_plain_value)]
Recoded = Annotated[str | bool | int | None, BeforeValidator(_plain_value)]


class Constant(Strictly):
    """The same value for every row, where the force has no such column."""

    value: PlainValue = Field(description="Value given to every row.")


_COLUMN, _CONSTANT = "<column>", "<constant>"


def _column_or_constant(value: object) -> str | None:
    if isinstance(value, str):
        return _COLUMN
    return _CONSTANT if isinstance(value, dict | Constant) else None


Column = Annotated[
    Annotated[Words, Tag(_COLUMN)] | Annotated[Constant, Tag(_CONSTANT)],
    either(
        _column_or_constant,
        "must be the name of a column, or a constant.",
        "Write the force's column name, or {value: ...} for the same value in every row.",
    ),
]

_ONE, _EACH = "<one>", "<each>"
UNION_TAGS = frozenset({_ALL, _LIST, _COLUMN, _CONSTANT, _ONE, _EACH})


def _one_or_each(value: object) -> str | None:
    if isinstance(value, str):
        return _ONE
    return _EACH if isinstance(value, dict) else None


def check_date_format(value: str) -> str:
    """Accept ``iso`` or a strptime format that can be written and read back."""
    moment = datetime(2025, 11, 23, 14, 5, 6, tzinfo=UTC)
    try:
        datetime.strptime(moment.strftime(value), value)  # noqa: DTZ007
        readable = value == "iso" or ("%Z" not in value and ("%Y" in value or "%y" in value))
    except ValueError:
        readable = False
    if not readable:
        raise rule(
            f'is "{value}", which does not describe a date.',
            'Write iso for 2025-04-01, "%d/%m/%Y" for 01/04/2025, "%d-%b-%Y" for 01-Apr-2025.',
        )
    return value


DateFormat = Annotated[str, AfterValidator(check_date_format)]


@dataclass(frozen=True)
class FieldName:
    """A key that must name a field of a canonical table, for pydantic and for JSON Schema."""

    table: Table
    kinds: tuple[Kind, ...] = ()

    def names(self) -> list[str]:
        """Fields that may be named."""
        return [field.name for field in FIELDS[self.table] if not self.kinds or field.kind in self.kinds]

    def check(self, name: str) -> str:
        """Refuse an unknown name, suggesting the nearest."""
        if name not in self.names():
            what = "field" if not self.kinds else "date field"
            raise rule(f"is not a {what} of {self.table}.", did_you_mean(name, self.names()))
        return name

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {**handler(schema), "enum": self.names()}


CaseFieldName = Annotated[str, FieldName("cases")]
CaseDateName = Annotated[str, FieldName("cases", ("date", "time"))]
NoteFieldName = Annotated[str, FieldName("notes")]
NoteDateName = Annotated[str, FieldName("notes", ("date", "time"))]
OutcomeFieldName = Annotated[str, FieldName("outcomes")]
OutcomeDateName = Annotated[str, FieldName("outcomes", ("date", "time"))]
Name = TypeVar("Name", bound=str)
DateName = TypeVar("DateName", bound=str)


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

    def _check_database(self) -> None:
        if (self.table is None) == (self.query is None):
            raise rule(
                "has neither table nor query." if self.table is None else "has both table and query.",
                "Give one: table for a table or view, query for a SELECT statement.",
            )
        for name in ("format", "encoding", "delimiter", "sheet", "header"):
            if getattr(self, name) != type(self).model_fields[name].default:
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


class CaseSource(Source[CaseFieldName, CaseDateName]):
    """Cases: one row a crime."""

    holds = "cases"


class NoteSource(Source[NoteFieldName, NoteDateName]):
    """Investigation notes: one row an entry in the log of a case."""

    holds = "notes"


class OutcomeSource(Source[OutcomeFieldName, OutcomeDateName]):
    """Official outcome counts of the force: one row an outcome type, or a quarter and an outcome type."""

    holds = "outcomes"


class Sources(Strictly):
    """Where the force's extracts are."""

    cases: CaseSource = Field(description="Cases: one row a crime.")
    notes: NoteSource = Field(description="Investigation notes: one row an entry.")
    outcomes: OutcomeSource | None = Field(
        None, description="Official outcome counts, to set beside the sample."
    )


class ApprovedExtract(Strictly):
    """An extract that a person chose for publication, after reading it as released."""

    id: Annotated[str, StringConstraints(pattern=r"^x-[0-9a-f]{6,}$")] = Field(
        description="Id of the extract in the list of candidates, such as x-3f9a1c."
    )
    approved_by: Words = Field(description="Name of the person who approved it.")
    approved_on: date = Field(description="Day of approval, year-month-day.")


class Force(Strictly):
    """One force: `parameters/<force>.yml`."""

    force: Slug = Field(
        description="Short name, the same as this file's name: small letters, digits and hyphens."
    )
    name: Words = Field(description="Name of the force, as printed.")
    fictional: YesNo = Field(False, description="true when the force is made up; printed on every page.")
    sources: Sources = Field(description="Where the force's extracts are, and what its columns mean.")
    sample: SampleOverrides = Field(
        default_factory=SampleOverrides,
        description="What differs from the inspection's sample in this force.",
    )
    approved_extracts: tuple[ApprovedExtract, ...] = Field(
        (), description="Extracts from notes that a person approved for publication."
    )

    @field_validator("approved_extracts")
    @classmethod
    def _approved_once(cls, value: tuple[ApprovedExtract, ...]) -> tuple[ApprovedExtract, ...]:
        twice = [name for name, times in Counter(extract.id for extract in value).items() if times > 1]
        if twice:
            raise rule(f"lists {listed(twice)} more than once.", "Keep one approval for each extract.")
        return value


class Parameters(Strictly):
    """All parameters of one force's run: what notebooks receive, as plain JSON values."""

    inspection: Inspection = Field(
        description="Inspection design, with this force's sample overrides applied."
    )
    force: Force = Field(description="The force.")
    file: str = Field(
        default_factory=lambda data: f"parameters/{data['force'].force}.yml" if "force" in data else "",
        description="Parameter file of the force, as named in messages.",
    )

    def source_files(self) -> tuple[Path, ...]:
        """Files of the force's extracts, each once, for hashing and for the list of inputs.

        A database has none: `inspections.case_files.CaseFiles.fingerprints` stands for the rows read from it.
        """
        sources = (self.force.sources.cases, self.force.sources.notes, self.force.sources.outcomes)
        return tuple(
            dict.fromkeys(file for source in sources if source is not None for file in source.files())
        )

    @property
    def sample_file(self) -> str:
        """The file that sets the sample's size: the force's own, or the inspection's beside it."""
        own = self.force.sample.size is not None
        return self.file if own else str(PurePosixPath(self.file).with_name("inspection.yml"))
