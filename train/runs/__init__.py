"""The runs of the page: pictures taken in and looked at, a queue, a process that trains, all told on disk."""
