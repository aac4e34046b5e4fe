"""The taxonomy of disputes as versioned data: 21 categories, 84 items, and what others call them.

Nothing is read at import; `load` reads the tables once.
"""

from schemas.taxonomy.loader import load
from schemas.taxonomy.model import Category, Cause, CodeValue, Department, Item, SourceItem, Taxonomy
from schemas.taxonomy.problem import Problem, TaxonomyError

__all__ = [
    "Category",
    "Cause",
    "CodeValue",
    "Department",
    "Item",
    "Problem",
    "SourceItem",
    "Taxonomy",
    "TaxonomyError",
    "load",
]
