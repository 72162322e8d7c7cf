"""Durable jobs: one workflow a recording, continued after a crash from its last finished step."""

from qm.jobs.engine import JobsNotPrepared, prepare
from qm.jobs.errands import Errand, send
from qm.jobs.queue import JobNotRetriable, enqueue, retry
from qm.jobs.steps import Step

__all__ = ["Errand", "JobNotRetriable", "JobsNotPrepared", "Step", "enqueue", "prepare", "retry", "send"]
