"""Rules: readable expressions over one conversation, answered in three values with evidence."""

from scoring.rules.contact import Contact, ContactFault, ContactPolicy, contact_faults
from scoring.rules.judging.flow import FlowTrace, StepTrace
from scoring.rules.judging.judge import compiled, judge, judge_many
from scoring.rules.judging.preview import Change, Nearby, changes, nearest, trace_flow
from scoring.rules.judging.program import Program
from scoring.rules.judging.truth import Truth
from scoring.rules.language.dump import condition_as_data, dump
from scoring.rules.language.errors import RuleInvalid, ScriptInvalid
from scoring.rules.language.model import Explanations, Rule
from scoring.rules.language.parse import load_rules
from scoring.rules.script import conversation_from_script
from scoring.rules.seed import Fixture, load_fixtures, seeded, seeded_fixtures

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
