"""Everything a query passes through, from picture to ranked records. Never imports torch."""
