"""Doors for programs to cases: the desk, drafts and files, the verbs."""
