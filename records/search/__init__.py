"""Finding public records by name or code, at any size of the register (docs/register.md)."""
