"""How fast the line is: generated rows, the raw limit, our line and dlt. `make bench` runs it."""
