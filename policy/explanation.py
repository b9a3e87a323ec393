"""Collecting the reasons of a calculation while it runs."""

from policy.rulebook import MissingRule, RuleBook, RuleValue
from policy.verdict import Basis, Because


class Explanation:
    """The sentences of an answer and the ids of the rules that gave it, in order, each once."""

    def __init__(self, book: RuleBook, sector: str = ""):
        self.book, self.sector = book, sector
        self.because: list[Because] = []
        self.rule_ids: list[int] = []

    def rule(self, key: str) -> RuleValue:
        """Ask the book and remember that its answer was used."""
        value = self.book.value(key, self.sector)
        if value.rule_id is not None and value.rule_id not in self.rule_ids:
            self.rule_ids.append(value.rule_id)
        return value

    def basis(self, key: str) -> Basis:
        """Return what a rule rests on, where only that is wanted: nothing when no such rule holds."""
        return self.rule(key).basis if self.book.find(key, self.sector) else Basis()

    def says(self, text: str, rule: RuleValue | None = None) -> None:
        """Add a sentence that rests on a rule, and why that rule governs where another one says something else."""
        self.because.append(Because(text, rule.basis if rule else Basis()))
        if rule is not None:
            self.because += [line for line in rule.because if line not in self.because]

    def govern(self, decision_date, key: str) -> RuleValue | None:
        """Go over to the book of the decision's day when the rules say so; return the rule about transition.

        Returns None when the decision was made under the rules in force, so that nothing has to be explained.
        """
        if decision_date >= self.book.value(key, self.sector).effective_from:
            return None
        transition = self.rule("publicity.transition")
        if transition.value == "decision":
            then = self.book.at(decision_date)
            try:
                then.value(key, self.sector)
            except MissingRule:
                return transition  # Older than every pack: only the rules in force can answer.
            self.book = then
        return transition
