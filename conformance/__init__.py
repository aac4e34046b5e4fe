"""Proof of adapters, and the lab of simulated sources."""
