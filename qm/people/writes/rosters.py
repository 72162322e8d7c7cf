"""Where a call belongs: agent, team and branch by the roster as it is when the call comes in."""

from __future__ import annotations

from dataclasses import dataclass, field

from qm.core import identity
from qm.core.actor import Actor
from recorder.calldata import CallData
from recorder.message import Message
from recorder.types import AudioRefused, Refusal


@dataclass(frozen=True, slots=True)
class Place:
    """Agent, team and branch of a call; None where the roster does not know."""

    agent_id: int | None = None
    team_id: int | None = None
    branch_id: int | None = None
    warnings: tuple[str, ...] = ()
    attributes: dict[str, str] = field(default_factory=dict)
    """What call data said and the roster does not know, kept for later."""


def place_of(call: CallData, actor: Actor) -> Place:
    """The call's place. An unknown number does not refuse a call; it is warned of and kept.

    Raises `AudioRefused` where the agent belongs to another branch than the one the actor works for.
    """
    found = identity.agent_by_number(call.agent_no)
    if found is not None:
        agent, team = found
        _check_branch(team.branch_id, call, actor)
        return Place(agent.id, team.id, team.branch_id)
    warning = Message("工号 %(agent_no)s 不在花名册中，请管理员补录座席", agent_no=call.agent_no)
    kept = {"agent_no": call.agent_no, **({"team": call.team} if call.team else {})}
    named = identity.team_by_name(call.team) if call.team else None
    if named is not None and actor.branch_id in (None, named.branch_id):
        return Place(None, named.id, named.branch_id, (warning,), kept)
    return Place(None, None, actor.branch_id, (warning,), kept)


def _check_branch(branch_id: int, call: CallData, actor: Actor) -> None:
    if actor.branch_id is not None and actor.branch_id != branch_id:
        raise AudioRefused(
            Refusal.BAD_CALL_DATA,
            Message(
                "工号 %(agent_no)s 属于其他分支机构，请由该机构或总部导入，或更正工号",
                agent_no=call.agent_no,
            ),
        )
