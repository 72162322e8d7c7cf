"""The child process that holds the speech network: it hears what it is sent and says what it heard.

A process of its own, because the network is not fork-safe and does not give memory back; ending the
process does. Started fresh (`spawn`), it ends when its parent does.
"""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from qm.hearing import HearingRequest
from recorder.decode import decode
from recorder.types import AudioRefused, CallAudio, Role
from transcribe.engines import from_settings
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

    reason: str


@dataclass(frozen=True, slots=True)
class Unhearable:
    """One call cannot be heard, or hearing failed. `final`: trying again is no use."""

    reason: str
    final: bool


Outcome = Transcript | Unhearable
Message = Progressed | Unavailable | list[Outcome]


def listen(connection: Connection, choice: EngineChoice, parent: int) -> None:
    """Load the engine, then answer each list of requests with a list of outcomes, until the pipe closes.

    `parent`: process id of the worker, with which this process ends.
    """
    _end_with(parent)
    engine: Transcriber | None = None
    while True:
        try:
            requests: list[HearingRequest] = connection.recv()
        except (EOFError, OSError):
            return
        try:
            engine = engine or _load(choice)
        except EngineUnavailable as error:
            connection.send(Unavailable(str(error)))
            continue
        connection.send(_hear(engine, requests, connection))


def _load(choice: EngineChoice) -> Transcriber:
    return from_settings(
        engine=choice.engine,
        model=choice.model,
        models_dir=choice.models_dir,
        threads=choice.threads,
        endpoint=choice.endpoint or None,
        key=choice.key,
    )


def _hear(
    engine: Transcriber, requests: list[HearingRequest], connection: Connection
) -> list[Outcome] | Unavailable:
    sounds = [_sound(request) for request in requests]
    calls = [sound for sound in sounds if isinstance(sound, CallAudio)]
    try:
        heard = iter(_transcribe(engine, calls, connection))
    except EngineUnavailable as error:
        return Unavailable(str(error))
    except Exception as error:  # noqa: BLE001 - whatever the engine throws, the parent must hear of it
        failed = Unhearable(f"转写出错（{type(error).__name__}）", final=False)
        return [failed if isinstance(sound, CallAudio) else sound for sound in sounds]
    return [next(heard) if isinstance(sound, CallAudio) else sound for sound in sounds]


def _sound(request: HearingRequest) -> CallAudio | Unhearable:
    roles = (Role.CUSTOMER, Role.AGENT) if request.roles_swapped else (Role.AGENT, Role.CUSTOMER)
    try:
        return decode(request.path, info=request.info, roles=roles)
    except AudioRefused as refusal:
        return Unhearable(refusal.detail, final=True)
    except Exception as error:  # noqa: BLE001 - as above
        return Unhearable(f"解码出错（{type(error).__name__}）", final=False)


def _transcribe(engine: Transcriber, calls: list[CallAudio], connection: Connection) -> list[Transcript]:
    def progress(share: float) -> None:
        connection.send(Progressed(share))

    many = getattr(engine, "transcribe_many", None)
    if many is not None and len(calls) > 1:
        heard: list[Transcript] = many(calls, progress=progress)
        return heard
    return [engine.transcribe(call, progress=progress) for call in calls]


def _end_with(parent: int) -> None:
    """Leave with the parent even when it was killed, also before we began: nobody hears the answer."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_PARENT_CHECK_S)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
