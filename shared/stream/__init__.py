"""The write side: one MongoDB document per case holds its state and its own events (ADR 1)."""

from shared.stream.command import Command
from shared.stream.ids import CaseIds
from shared.stream.refusals import CaseFull, KeyReused, PreconditionFailed, UnknownCase
from shared.stream.stored import Outcome, Rule, Step, Stored, Verdict, Wish, Write, rule_of
from shared.stream.stream import Stream

__all__ = [
    "CaseFull",
    "CaseIds",
    "Command",
    "KeyReused",
    "Outcome",
    "PreconditionFailed",
    "Rule",
    "Step",
    "Stored",
    "Stream",
    "UnknownCase",
    "Verdict",
    "Wish",
    "Write",
    "rule_of",
]
