"""Bytes to message and back; parsing, composing, quoting, delivery reports."""
