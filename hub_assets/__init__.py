"""How a collection travels: the bundle format, and later the Hub."""
