"""查明: false materials or a broken commitment in a repair, found by two people. It bars further applications for a while."""
