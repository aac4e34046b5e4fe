"""Which records tell of one dispute: features, keys to be found by, weights, groups. Pure; no store is opened here."""
