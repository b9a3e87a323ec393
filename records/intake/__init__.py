"""Intake (归集): a file of any layout in, a result per row out. ``records.intake.run`` is the way in."""
