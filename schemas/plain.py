"""A model's fields checked on plain data: dicts and lists as they will be written to JSON, no object made of them.

The hot path has thousands of records a second to check and none to keep as an object; making the objects is two thirds
of what a model's own validation costs. The model stays the one place where fields are told.
"""

from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NotRequired, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from typing_extensions import TypedDict

_CONFIG = ConfigDict(extra="forbid", strict=True)
_typed_dict: Any = TypedDict  # made of fields known only when it runs


def plain(model: type[BaseModel]) -> TypeAdapter[Any]:
    """The check of a dict that holds what ``model`` takes, strictly: a number written as text is no number.

    Sub-models are dicts, tuples lists or tuples, enumerations their values; a field with a default may be absent.
    """
    return TypeAdapter(_plain(model))


def _plain(kind: Any) -> Any:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        fields = {name: _field(each) for name, each in kind.model_fields.items()}
        made = _typed_dict(kind.__name__, fields)
        made.__pydantic_config__ = _CONFIG
        return made
    if isinstance(kind, type) and issubclass(kind, Enum):
        return Literal[tuple(each.value for each in kind)]
    origin, parts = get_origin(kind), get_args(kind)
    if origin is tuple:
        return Annotated[list[_plain(parts[0])], Field(strict=False)]  # type: ignore[misc]
    if origin in (Union, UnionType):
        return Union[tuple(part if part is NoneType else _plain(part) for part in parts)]  # noqa: UP007 - of parts
    return kind


def _field(field: Any) -> Any:
    kind = _plain(field.annotation)
    for bound in field.metadata:
        kind = Annotated[kind, bound]
    return kind if field.is_required() else NotRequired[kind]
