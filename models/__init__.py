"""The desk itself: types, rules, tables, store, services, from the ground up."""
