"""The record store: tables, bulk writes, reads, vault, audit, migrations."""
