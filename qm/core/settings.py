"""Every setting of the application, read from `QM_…` environment variables or a `.env` file.

`docs/settings.md` documents each one; a test keeps both equal.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Settings of one installation. Defaults give the embedded mode: SQLite and a directory."""

    model_config = SettingsConfigDict(env_prefix="QM_", env_file=".env", extra="ignore")

    data_dir: Path = Field(
        default=Path("var"),
        description="Folder of everything qm writes: database, objects, models, quarantine.",
    )
    database_url: str = Field(
        default="",
        description="SQLAlchemy URL; empty means SQLite in the data folder. "
        "`postgresql+psycopg://user:password@host/name` scales out.",
    )
    objects_url: str = Field(
        default="",
        description="Where recordings live; empty means a directory in the data folder. "
        "`s3://KEY:SECRET@host:port/bucket?secure=0` names any S3 server.",
    )
    objects_encrypt: bool = Field(default=False, description="Ask the S3 server to encrypt at rest (SSE-S3).")
    secret_key: SecretStr = Field(
        default=SecretStr(""),
        description="Signs sessions; empty means one is made once and kept in the data folder.",
    )
    host: str = Field(default="127.0.0.1", description="Address the web server listens on.")
    port: int = Field(default=8600, ge=0, le=65535, description="Port the web server listens on.")
    threads: int = Field(default=8, ge=1, le=256, description="Web server threads.")
    secure_cookies: bool = Field(
        default=False, description="Send session cookies over HTTPS only; switch on behind a TLS proxy."
    )
    trusted_proxies: int = Field(
        default=0,
        ge=0,
        le=8,
        description="Reverse proxies in front whose X-Forwarded-* headers are believed.",
    )
    default_locale: Literal["zh", "en"] = Field(default="zh", description="Language before a person chooses.")
    timezone: str = Field(
        default="Asia/Shanghai", description="Zone in which times are shown and days begin."
    )
    session_hours: int = Field(
        default=12, ge=1, le=168, description="Hours until a signed-in person signs in again."
    )
    login_attempts: int = Field(
        default=5, ge=1, le=100, description="Failed sign-ins of one name or address before both wait."
    )
    login_window_minutes: int = Field(
        default=15,
        ge=1,
        le=1440,
        description="Minutes over which failed sign-ins are counted, and of the wait.",
    )
    max_upload_mb: int = Field(default=512, ge=1, description="Largest file accepted, in megabytes.")
    max_call_minutes: int = Field(default=240, ge=1, description="Longest call accepted, in minutes.")
    quarantine_days: int = Field(
        default=30, ge=1, description="Days that the bytes of a refused file are kept once it is decided on."
    )
    engine: Literal["whisper", "openai"] = Field(
        default="whisper", description="Speech engine: built-in Whisper, or an OpenAI-compatible endpoint."
    )
    model: str = Field(
        default="base", description="Whisper size (`base`, `small`, …) or a folder with CTranslate2 weights."
    )
    models_dir: Path | None = Field(
        default=None, description="Where weights are kept; default `models` in the data folder."
    )
    hub: bool = Field(default=False, description="Allow fetching weights from the model hub where reachable.")
    engine_endpoint: str = Field(
        default="", description="Base URL of the OpenAI-compatible transcription service."
    )
    engine_key: SecretStr = Field(default=SecretStr(""), description="Key of that service.")
    hearing_threads: int = Field(default=0, ge=0, description="CPU threads for hearing; 0 means every core.")
    worker_processes: int = Field(
        default=1,
        ge=0,
        le=64,
        description="Workers that `qm serve` starts beside the web server; 0 means none.",
    )
    worker_name: str = Field(
        default="", description="Stable name of this worker; default host name and number."
    )
    log_format: Literal["console", "json"] = Field(
        default="console", description="Log lines for people or machines."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="Least level logged."
    )

    @property
    def resolved_database_url(self) -> str:
        """The database URL with the embedded default filled in."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'qm.sqlite').resolve()}"

    @property
    def resolved_objects_url(self) -> str:
        """The object store URL with the embedded default filled in."""
        return self.objects_url or str((self.data_dir / "objects").resolve())

    @property
    def resolved_models_dir(self) -> Path:
        """The weights' folder with the default filled in."""
        return self.models_dir or self.data_dir / "models"


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()
