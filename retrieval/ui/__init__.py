"""The page and the HTTP interface: they wire, the search service decides."""
