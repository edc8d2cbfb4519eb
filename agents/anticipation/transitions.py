"""Which activity follows: counts of every context up to three activities long, shorter contexts filling in for rare longer ones."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

LONGEST_CONTEXT = 3
Context = tuple[str, ...]


class Transitions:
    """Counts of followers after contexts of 0 … `LONGEST_CONTEXT` activities."""

    def __init__(self, counts: Mapping[Context, Mapping[str, float]] | None = None) -> None:
        self.counts: dict[Context, Counter[str]] = defaultdict(Counter)
        for context, followers in (counts or {}).items():
            self.counts[context] = Counter(dict(followers))

    def learn(self, sequence: Sequence[str], weight: float = 1.0) -> None:
        """Every follower in the sequence, after every context that precedes it."""
        for i in range(1, len(sequence)):
            for order in range(min(i, LONGEST_CONTEXT) + 1):
                self.counts[tuple(sequence[i - order : i])][sequence[i]] += weight  # type: ignore[assignment]

    def capped(self, strongest: float) -> Transitions:
        """A copy in which no context has been seen more than `strongest` times, its followers' shares unchanged.

        People of a research set followed a script: however often it was seen, it must not outvote what this person does.
        """
        weaker: dict[Context, dict[str, float]] = {}
        for context, followers in self.counts.items():
            factor = min(1.0, strongest / max(sum(followers.values()), 1e-9))
            weaker[context] = {name: count * factor for name, count in followers.items()}
        return Transitions(weaker)

    def joined(self, sequences: Iterable[Sequence[str]], weight: float) -> Transitions:
        """A copy that has also learnt the sequences, each transition counted `weight` times."""
        both = Transitions(self.counts)
        for sequence in sequences:
            both.learn(sequence, weight)
        return both

    def support(self, activity: str) -> float:
        """How often something has been seen to follow the activity."""
        return float(sum(self.counts.get((activity,), Counter()).values()))

    def order_used(self, past: Sequence[str]) -> int:
        """The longest context of the past that has been seen."""
        for order in range(min(len(past), LONGEST_CONTEXT), 0, -1):
            if self.counts.get(tuple(past[-order:])):
                return order
        return 0

    def following(self, past: Sequence[str]) -> dict[str, float]:
        """Activity → probability of being next, most probable first; never the current one; {} when nothing was learnt.

        Interpolated back-off after Witten and Bell (IEEE Trans. Information Theory, 1991): a context seen n times with t
        different followers keeps n / (n + t) of the mass and leaves the rest to the next shorter context.
        """
        total = sum(self.counts.get((), Counter()).values())
        if total == 0:
            return {}
        shares = {name: count / total for name, count in self.counts[()].items()}
        for order in range(1, min(len(past), LONGEST_CONTEXT) + 1):
            followers = self.counts.get(tuple(past[-order:]))
            if not followers:
                break
            n, kinds = sum(followers.values()), len(followers)
            shares = {name: (followers.get(name, 0.0) + kinds * share) / (n + kinds) for name, share in shares.items()}
        if past:
            shares.pop(past[-1], None)
        mass = sum(shares.values())
        if mass <= 0:
            return {}
        return {name: shares[name] / mass for name in sorted(shares, key=lambda name: (-shares[name], name))}
