"""Deterministic verification: a sentence is printed only when the facts bear every claim in it."""

from agents.verification.facts import Facts, Finding
from agents.verification.sentences import Draft, verification_record, verify_sentences
from agents.verification.verifier import Check, Verifier

__all__ = ["Check", "Draft", "Facts", "Finding", "Verifier", "verification_record", "verify_sentences"]
