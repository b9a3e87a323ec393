"""A record's life after registration: what is kept beside it, who may do what with that, and its pages."""
