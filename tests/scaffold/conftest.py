"""What the tests here share."""

from workshop import project_venv, workshop

__all__ = ["project_venv", "workshop"]
