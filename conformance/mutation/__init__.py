"""Mutation testing of the checks: each is changed in one place, and its broken adapters have to notice.

``python -m conformance.mutation`` draws a sample of changes, applies one after the other in a process of its own, and
puts to it what can tell: the broken adapters that name the check, the correct ones, the table of ``SPEC.md``, the tests
written for that family, and the golden file of what the checks do and say. A change that nothing notices has survived:
a part of a check that nobody has proven.
"""
