"""The doors of a case. They hold no rule: guards and actions do."""
