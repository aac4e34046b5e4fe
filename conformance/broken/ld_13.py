"""Copied from the adapter of a neighbour, words and all."""

from dataclasses import replace

from conformance.reference import Reference


class WordsOfTheNeighbour(Reference):
    """Cases of the docket, in no promised order."""

    breaks = frozenset({"LD-13"})
    manifest = replace(Reference.manifest, name="hillside_people", title="Hillside", title_zh="山边")


ADAPTER = WordsOfTheNeighbour
