"""Where recordings live: one small protocol, a directory and any S3 behind it, chosen by a URL."""

from recorder.storage.protocol import (
    ByteStream,
    ContentMismatch,
    KeyRefused,
    ObjectMissing,
    ObjectStat,
    ObjectStore,
    StorageError,
    StoreUnavailable,
    read_chunks,
)
from recorder.storage.urls import StoreUrlInvalid, from_url

__all__ = [
    "ByteStream",
    "ContentMismatch",
    "KeyRefused",
    "ObjectMissing",
    "ObjectStat",
    "ObjectStore",
    "StorageError",
    "StoreUnavailable",
    "StoreUrlInvalid",
    "from_url",
    "read_chunks",
]
