"""The child process that holds the speech network: it hears what it is sent and says what it heard.

A process of its own, because the network is not fork-safe and does not give memory back; ending the
process does. Started fresh (`spawn`), it ends when its parent does.
"""

from __future__ import annotations

import ctypes
import os
import threading
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from qm.hearing.writes.engine import Answers, HearingRequest
from recorder.decode import decode
from recorder.message import Message, message_of
from recorder.types import AudioRefused, CallAudio, Role
from transcribe.engines import from_settings, prover_of
from transcribe.phrases.proof import Question
from transcribe.types import EngineUnavailable, Transcriber, Transcript

_PARENT_CHECK_S = 1.0


@dataclass(frozen=True, slots=True)
class EngineChoice:
    """Which engine to load; what `transcribe.engines.from_settings` takes."""

    engine: str
    model: str
    models_dir: Path
    threads: int
    endpoint: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Progressed:
    """Share of the present calls heard, 0..1."""

    share: float


@dataclass(frozen=True, slots=True)
class Unavailable:
    """The engine cannot run; `reason` says what to do."""

    reason: Message


@dataclass(frozen=True, slots=True)
class Unhearable:
    """One call cannot be heard, or hearing failed. `final`: trying again is no use."""

    reason: Message
    final: bool


@dataclass(frozen=True, slots=True)
class ProofRequest:
    """Questions about one call that was heard."""

    call: HearingRequest
    questions: tuple[Question, ...]


Asked = HearingRequest | ProofRequest
Outcome = Transcript | Answers | Unhearable
Reply = Progressed | Unavailable | list[Outcome]


def listen(connection: Connection, choice: EngineChoice, parent: int) -> None:
    """Load the engine, then answer each list of requests with a list of outcomes, until the pipe closes.

    A list holds calls to be heard together, or the questions about one call.

    `parent`: process id of the worker, with which this process ends.
    """
    _end_with(parent)
    engine: Transcriber | None = None
    while True:
        try:
            asked: list[Asked] = connection.recv()
        except (EOFError, OSError):
            return
        try:
            engine = engine or _load(choice)
        except EngineUnavailable as error:
            connection.send(Unavailable(message_of(error)))
            continue
        connection.send(_answer(engine, asked, connection))
        _give_memory_back()


def _load(choice: EngineChoice) -> Transcriber:
    return from_settings(
        engine=choice.engine,
        model=choice.model,
        models_dir=choice.models_dir,
        threads=choice.threads,
        endpoint=choice.endpoint or None,
        key=choice.key,
    )


def _answer(engine: Transcriber, asked: list[Asked], connection: Connection) -> list[Outcome] | Unavailable:
    calls = [one for one in asked if isinstance(one, HearingRequest)]
    if calls:
        return _hear(engine, calls, connection)
    return [_prove(engine, one) for one in asked if isinstance(one, ProofRequest)]


def _prove(engine: Transcriber, asked: ProofRequest) -> Answers | Unhearable:
    sound = _sound(asked.call)
    if isinstance(sound, Unhearable):
        return sound
    prover = prover_of(engine, sound)
    try:
        return prover.prove(asked.questions) if prover else [None] * len(asked.questions)
    except Exception as error:  # noqa: BLE001 - as in `_hear`
        return Unhearable(Message("二次听音出错（%(what)s）", what=type(error).__name__), final=False)


def _hear(
    engine: Transcriber, requests: list[HearingRequest], connection: Connection
) -> list[Outcome] | Unavailable:
    sounds = [_sound(request) for request in requests]
    calls = [sound for sound in sounds if isinstance(sound, CallAudio)]
    terms = [r.terms for r, sound in zip(requests, sounds, strict=True) if isinstance(sound, CallAudio)]
    try:
        heard = iter(_transcribe(engine, calls, terms, connection))
    except EngineUnavailable as error:
        return Unavailable(message_of(error))
    except Exception as error:  # noqa: BLE001 - whatever the engine throws, the parent must hear of it
        failed = Unhearable(Message("转写出错（%(what)s）", what=type(error).__name__), final=False)
        return [failed if isinstance(sound, CallAudio) else sound for sound in sounds]
    return [next(heard) if isinstance(sound, CallAudio) else sound for sound in sounds]


def _sound(request: HearingRequest) -> CallAudio | Unhearable:
    roles = (Role.CUSTOMER, Role.AGENT) if request.roles_swapped else (Role.AGENT, Role.CUSTOMER)
    try:
        return decode(request.path, info=request.info, roles=roles)
    except AudioRefused as refusal:
        return Unhearable(refusal.detail, final=True)
    except Exception as error:  # noqa: BLE001 - as above
        return Unhearable(Message("解码出错（%(what)s）", what=type(error).__name__), final=False)


def _transcribe(
    engine: Transcriber, calls: list[CallAudio], terms: list[tuple[str, ...]], connection: Connection
) -> list[Transcript]:
    def progress(share: float) -> None:
        connection.send(Progressed(share))

    many = getattr(engine, "transcribe_many", None)
    if many is not None:
        heard: list[Transcript] = many(calls, terms=terms, progress=progress)
        return heard
    return [engine.transcribe(call, progress=progress) for call in calls]


def _give_memory_back() -> None:
    """Free pages to the system after each answer: the allocator would keep the most that was ever needed."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc only
    if trim is not None:
        trim(0)


def _end_with(parent: int) -> None:
    """Leave with the parent even when it was killed, also before we began: nobody hears the answer."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_PARENT_CHECK_S)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
