"""延长办理期限: the limit of a decision may be extended, as often and by as much as the rules say."""
