"""Adapters broken as an author could break them: each fails exactly the checks it names in ``breaks``.

``blocks``, where given, are the checks left blocked by that. ``python -m conformance.proof`` runs them all.
"""
