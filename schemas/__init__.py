"""The ground floor: records, parties, places, identity numbers, regions and the taxonomy. Knows nothing of the hub."""
