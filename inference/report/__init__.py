"""The report: a page that people read of scored wires."""
