"""Doors for programs to what the portal shows: records, the public register, progress, the journal."""
