"""Rules: readable expressions over one conversation, answered in three values with evidence."""

from scoring.rules.contact import Contact, ContactFault, ContactPolicy, contact_faults
from scoring.rules.dump import condition_as_data, dump
from scoring.rules.errors import RuleInvalid, ScriptInvalid
from scoring.rules.flow import FlowTrace, StepTrace
from scoring.rules.judge import compiled, judge, judge_many
from scoring.rules.model import Explanations, Rule
from scoring.rules.parse import load_rules
from scoring.rules.preview import Change, Nearby, changes, nearest, trace_flow
from scoring.rules.program import Program
from scoring.rules.script import conversation_from_script
from scoring.rules.seed import Fixture, load_fixtures, seeded, seeded_fixtures
from scoring.rules.truth import Truth

__all__ = [
    "Change",
    "Contact",
    "ContactFault",
    "ContactPolicy",
    "Explanations",
    "Fixture",
    "FlowTrace",
    "Nearby",
    "Program",
    "Rule",
    "RuleInvalid",
    "ScriptInvalid",
    "StepTrace",
    "Truth",
    "changes",
    "compiled",
    "condition_as_data",
    "contact_faults",
    "conversation_from_script",
    "dump",
    "judge",
    "judge_many",
    "load_fixtures",
    "load_rules",
    "nearest",
    "seeded",
    "seeded_fixtures",
    "trace_flow",
]
