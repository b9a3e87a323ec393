"""期限变动: what a newly loaded holiday table did to open deadlines, who was told, and who has seen it."""
