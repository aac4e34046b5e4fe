"""Where the hub sends notices: nothing is read from these."""
