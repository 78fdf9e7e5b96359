"""Kinds of value that parameters are made of, and how a broken rule is put in words."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Strict,
    StringConstraints,
    Tag,
)
from pydantic_core import PydanticCustomError


def rule(message: str, remedy: str, *, field: str = "") -> PydanticCustomError:
    """A broken rule in the words of `Problem`: what follows the field name, and what to do.

    `field` names the key meant, for a rule that is checked on the mapping around it.
    """
    return PydanticCustomError("rule", "{message}", {"message": message, "remedy": remedy, "field": field})


def given_twice(names: Iterable[str]) -> list[str]:
    """Names that a list gives more than once, in the order they come."""
    return [name for name, times in Counter(names).items() if times > 1]


def either(choose: Callable[[object], str | None], message: str, remedy: str) -> Discriminator:
    """Tell the forms of a value apart, with one message where pydantic has one for each form."""
    return Discriminator(
        choose,
        custom_error_type="rule",
        custom_error_message="{message}",
        custom_error_context={"message": message, "remedy": remedy, "field": ""},
    )


def is_union_tag(step: object) -> bool:
    """Whether a step of a location names a form of a value, and no key: such tags are written <so>."""
    return isinstance(step, str) and step.startswith("<")


class Strictly(BaseModel):
    """Unknown keys are mistakes, and parameters never change after they are read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def _seen_alone(text: str) -> str:
    """Refuse what cannot be seen: it would act on a terminal, or turn round what is read."""
    if any(unicodedata.category(sign) in _UNSEEN and sign not in "\n\t\u200c\u200d" for sign in text):
        raise rule("holds a character that cannot be seen.", "Type it again by hand, without pasting.")
    return text


Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1), AfterValidator(_seen_alone)]
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


def _share(value: object) -> object:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1:
        return value
    raise rule("must be a share between 0 and 1.", "Write 0.3 for 30 per cent.")


Share = Annotated[float, Field(ge=0, le=1), BeforeValidator(_share)]
