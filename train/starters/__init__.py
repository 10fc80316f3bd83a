"""The scripts that make the embedded starters."""
