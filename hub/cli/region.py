"""The beginning of a region's code, as lists are asked for it."""

import click


class RegionPrefix(click.ParamType[str]):
    """``33``, ``3301``, ``330110``, a whole code; refused where no known region begins so."""

    name = "prefix"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The prefix without blanks."""
        from schemas.regions import UNKNOWN, counties, region

        told = value.strip()
        if not told:
            return told
        known = (UNKNOWN, *(county.code for county in counties()))
        if region(told) is None and not any(code.startswith(told[:6]) for code in known):
            self.fail(f'no region begins with "{value}"; 33, 3301 or 330110', param, ctx)
        return told


REGION = RegionPrefix()
