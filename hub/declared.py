"""The declarations of `hub.wire` as tables of a TOML file: the same names, and none but these."""

import dataclasses
from collections.abc import Mapping
from functools import cache
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, create_model
from pydantic_core import CoreSchema, core_schema


class Table(BaseModel):
    """Base of all tables: unknown names refused, frozen, values not in error texts."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, allow_inf_nan=False)


class _AsTable:
    """What makes a field that holds a declaration read a table (pydantic finds this by its method)."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        def declared(told: BaseModel) -> Any:
            return source(**{name: getattr(told, name) for name in told.model_fields_set})

        return core_schema.no_info_after_validator_function(declared, handler.generate_schema(table_of(source)))


AS_TABLE = _AsTable()
"""``Annotated[Envelope, AS_TABLE]``: a table with the fields of an `Envelope`, read as one."""


@cache
def table_of(kind: type[Any]) -> type[BaseModel]:
    """The strict table with the fields of a declaration of `hub.wire`.

    Left out is what a table cannot say in one way: a field of its own kind, and one of several kinds (``paging``).
    """
    hints = get_type_hints(kind)
    told: dict[str, Any] = {}
    for each in dataclasses.fields(kind):
        hint = _strict(hints[each.name])
        if hint is None or kind in get_args(hints[each.name]):
            continue
        given = each.default_factory() if each.default_factory is not dataclasses.MISSING else each.default
        told[each.name] = (hint, ... if given is dataclasses.MISSING else given)
    made: type[BaseModel] = create_model(kind.__name__, __base__=Table, **told)
    return made


def _strict(hint: Any) -> Any:
    """The hint with every declaration in it as a table; None for a choice of several declarations."""
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return Annotated[hint, AS_TABLE]
    if get_origin(hint) in (Union, UnionType):
        parts = get_args(hint)
        if sum(dataclasses.is_dataclass(part) for part in parts) > 1:
            return None
        return Union[tuple(Annotated[part, AS_TABLE] if dataclasses.is_dataclass(part) else part for part in parts)]  # noqa: UP007
    if get_origin(hint) in (tuple, Mapping):
        return get_origin(hint)[tuple(part if part is ... else _strict(part) for part in get_args(hint))]
    return hint
