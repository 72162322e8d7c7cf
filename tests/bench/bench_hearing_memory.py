"""Memory of the hearing process over many calls, and one long call: figures of docs/hearing.md.

python -m tests.bench.bench_hearing_memory many 300
python -m tests.bench.bench_hearing_memory long 60
"""

from __future__ import annotations

import sys
import tempfile
import time
import wave
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from qm.bench.memory import PeakMemory, resident_bytes
from qm.core.paths import SAMPLES
from qm.core.settings import settings
from qm.hearing.writes.engine import HearingRequest
from qm.worker.hearing_process import HearingProcess
from qm.worker.run import engine_choice
from recorder.decode import decode
from recorder.limits import Limits
from recorder.probe import probe
from recorder.types import Role

RATE_HZ = 8000
EVERY = 25
LIMITS = Limits(max_duration_s=7200.0)


def two_channels() -> list[np.ndarray]:
    """Every two-channel sample at 8 kHz, frames by channels."""
    found = []
    for path in sorted(SAMPLES.glob("*.wav")):
        info = probe(path, limits=LIMITS)
        if info.channels == 2:
            heard = decode(path, info=info).channels
            sides = [heard[role][:: 16_000 // RATE_HZ] for role in (Role.AGENT, Role.CUSTOMER)]
            found.append(np.stack(sides, axis=1))
    return found


def write(path: Path, sound: np.ndarray) -> HearingRequest:
    """A call as a 16-bit file, ready to be heard."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())
    return HearingRequest(path, probe(path, limits=LIMITS))


def child_bytes(hearing: HearingProcess) -> int:
    """Resident memory of the hearing process."""
    child = hearing._child
    return resident_bytes([child[0].pid or 0]) if child else 0


def many(count: int, folder: Path) -> None:
    """`count` different trims of the samples, four waiting at a time, in one process."""
    sounds, hearing = two_channels(), HearingProcess(engine_choice(settings()), calls_per_child=count + 1)
    chance = np.random.default_rng(1)
    began, audio_s = time.monotonic(), 0.0
    with ThreadPoolExecutor(4) as pool:
        for at in range(0, count, EVERY):
            requests = []
            for number in range(at, min(count, at + EVERY)):
                sound = sounds[number % len(sounds)]
                start = int(chance.integers(0, len(sound) // 3))
                stop = len(sound) - int(chance.integers(0, len(sound) // 3))
                requests.append(write(folder / f"{number}.wav", sound[start:stop]))
            audio_s += sum(request.info.duration_s for request in requests)
            list(pool.map(lambda request: hearing.hear(request, lambda _share: None), requests))
            took = time.monotonic() - began
            said = f"{at + len(requests)} calls {audio_s:.0f} s of sound {took:.0f} s"
            print(f"{said} hearing {child_bytes(hearing) / 2**20:.0f} MiB", flush=True)
    hearing.close()


def long(minutes: int, folder: Path) -> None:
    """One call of so many minutes, made of samples laid end to end."""
    sounds, length = two_channels(), 0
    pieces: list[np.ndarray] = []
    while length < minutes * 60 * RATE_HZ:
        pieces.append(sounds[len(pieces) % len(sounds)])
        length += len(pieces[-1])
    request = write(folder / "long.wav", np.concatenate(pieces)[: minutes * 60 * RATE_HZ])
    hearing = HearingProcess(engine_choice(settings()))
    with PeakMemory(lambda: [hearing._child[0].pid or 0] if hearing._child else []) as memory:
        began = time.monotonic()
        heard = hearing.hear(request, lambda share: print(f"{share:.0%}", end=" ", flush=True))
        took = time.monotonic() - began
    words = sum(len(said.text) for said in heard.utterances)
    print(f"\n{request.info.duration_s:.0f} s heard in {took:.0f} s")
    print(f"{len(heard.utterances)} turns, {words} characters")
    print(f"hearing at most {memory.peak_bytes / 2**20:.0f} MiB, unheard {heard.unheard}")
    hearing.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        {"many": many, "long": long}[sys.argv[1]](int(sys.argv[2]), Path(scratch))
