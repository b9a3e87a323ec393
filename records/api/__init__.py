"""Doors for programs to records: batches, uploads, imports, taught headings, identity."""
