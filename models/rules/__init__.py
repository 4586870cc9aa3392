"""Judgements: pure functions of values, no I/O importable."""
