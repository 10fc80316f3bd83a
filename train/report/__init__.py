"""What is shown of an evaluation: plots, sheets, the run itself, and its mistakes as a page."""
