"""SQLModel tables. They never leave ``models``: the store hands out frozen values of ``models.types``."""
