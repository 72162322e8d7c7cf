"""Durable jobs: one workflow a recording, continued after a crash from its last finished step."""

from qm.jobs.background import BackgroundTask, enqueue_task
from qm.jobs.engine import JobsNotPrepared, prepare
from qm.jobs.queue import JobNotRetriable, enqueue, retry
from qm.jobs.steps import Step

__all__ = [
    "BackgroundTask",
    "JobNotRetriable",
    "JobsNotPrepared",
    "Step",
    "enqueue",
    "enqueue_task",
    "prepare",
    "retry",
]
