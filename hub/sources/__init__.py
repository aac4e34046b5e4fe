"""How bytes arrive: the one room that speaks HTTP. Pure parts (envelope, signing, paging) are apart from the wire."""
