"""Value types and enums every room speaks; standard library only, so any process may import them cheaply."""
