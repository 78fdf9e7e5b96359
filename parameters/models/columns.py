"""How the columns of an extract are named, dated and recoded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    Tag,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from parameters.fields import FIELDS, Kind, Table
from parameters.models.values import Strictly, Words, either, rule
from parameters.suggestions import did_you_mean


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
SuspectFieldName = Annotated[str, FieldName("suspects")]
SuspectDateName = Annotated[str, FieldName("suspects", ("date", "time"))]
DeviceFieldName = Annotated[str, FieldName("devices")]
DeviceDateName = Annotated[str, FieldName("devices", ("date", "time"))]
WorkforceFieldName = Annotated[str, FieldName("workforce")]
WorkforceDateName = Annotated[str, FieldName("workforce", ("date", "time"))]
ReviewFieldName = Annotated[str, FieldName("reviews")]
ReviewDateName = Annotated[str, FieldName("reviews", ("date", "time"))]
Name = TypeVar("Name", bound=str)
DateName = TypeVar("DateName", bound=str)
