"""Yiwang 一网: an integration hub for dispute resolution."""
