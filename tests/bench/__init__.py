"""Benchmarks are commands: ``python -m tests.bench NAME ... [--json]``; what counts is the ratios within one run."""
