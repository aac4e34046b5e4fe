"""Casework: which records are one dispute, its case, its tasks and its deadlines."""
