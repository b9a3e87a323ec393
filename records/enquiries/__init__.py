"""查询: who looked at whose records, when, why and by what right; and the credit statement (docs/register.md)."""
