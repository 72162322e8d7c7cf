"""Objects in any S3 service, through the `minio` client."""

from __future__ import annotations

import contextlib
import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

import certifi
import urllib3
from minio import Minio
from minio.datatypes import Object
from minio.error import MinioException, S3Error
from minio.sse import SseS3

from recorder.message import Message
from recorder.storage.intake import check_digest, copy_hashed
from recorder.storage.protocol import ByteStream, ObjectMissing, ObjectStat, StoreUnavailable, check_key

PART_BYTES = 16 * 1024 * 1024
"""Objects longer than this are sent in parts of this size."""

_SPOOL_BYTES = 8 * 1024 * 1024
_MISSING = frozenset({"NoSuchKey", "NoSuchObject", "ResourceNotFound", "NoSuchBucket"})


class S3Store:
    """An `ObjectStore` in one bucket of an S3 service. Building one opens no connection.

    `encrypt` asks for server-side encryption (SSE-S3) with every object. The bucket is created at the first
    write or by `ready`, where the account may.
    """

    def __init__(
        self,
        endpoint: str,
        bucket: str,
        *,
        access_key: str,
        secret_key: str,
        secure: bool = True,
        encrypt: bool = False,
        region: str | None = None,
        part_bytes: int = PART_BYTES,
    ) -> None:
        self.endpoint = endpoint
        self.bucket = bucket
        self._encrypt = encrypt
        self._part_bytes = part_bytes
        self._bucket_seen = False
        self._pool = _pool()
        self._client = Minio(
            endpoint,
            access_key=access_key,
            secret_key=secret_key,
            secure=secure,
            region=region,
            http_client=self._pool,
        )

    def __repr__(self) -> str:
        return f"S3Store({self.endpoint!r}, {self.bucket!r})"

    def put(
        self, key: str, source: Path | ByteStream, *, content_type: str, sha256: str | None = None
    ) -> None:
        """Store bytes under `key`. They are hashed on this side first, so nothing wrong is ever sent."""
        check_key(key)
        with _spooled(source) as (stream, size_bytes, found):
            check_digest(key, sha256, found)
            with self._named_failures(key):
                self._ensure_bucket()
                self._client.put_object(
                    bucket_name=self.bucket,
                    object_name=key,
                    data=stream,
                    length=size_bytes,
                    content_type=content_type,
                    metadata={"sha256": found},
                    sse=SseS3() if self._encrypt else None,
                    part_size=self._part_bytes,
                )

    @contextmanager
    def open(self, key: str, start: int = 0, length: int | None = None) -> Iterator[ByteStream]:
        """Read a span of an object; the connection goes back to the pool on leaving."""
        check_key(key)
        stat = self.stat(key)
        if stat is None:
            raise ObjectMissing(key)
        if length == 0 or start >= stat.size_bytes:
            yield io.BytesIO()
            return
        with self._named_failures(key):
            response: Any = self._client.get_object(
                bucket_name=self.bucket, object_name=key, offset=start, length=length or 0
            )
        try:
            yield _Response(response, self)
        finally:
            response.close()
            response.release_conn()

    def stat(self, key: str) -> ObjectStat | None:
        """Facts about an object, or None."""
        check_key(key)
        try:
            with self._named_failures(key):
                return _stat(self._client.stat_object(bucket_name=self.bucket, object_name=key))
        except ObjectMissing:
            return None

    def delete(self, key: str) -> None:
        """Remove an object; removing what is not there is no error."""
        check_key(key)
        try:
            with self._named_failures(key):
                self._client.remove_object(bucket_name=self.bucket, object_name=key)
        except ObjectMissing:
            return

    def list(self, prefix: str = "") -> Iterator[ObjectStat]:
        """Objects whose key begins with `prefix`, fetched page by page, in the order of the server."""
        try:
            with self._named_failures(prefix):
                for item in self._client.list_objects(bucket_name=self.bucket, prefix=prefix, recursive=True):
                    if not item.is_dir:
                        yield _stat(item)
        except ObjectMissing:
            return

    def ready(self) -> None:
        """Reach the service and find or create the bucket."""
        self._bucket_seen = False
        with self._named_failures(""):
            self._ensure_bucket()

    def close(self) -> None:
        """Give all idle connections back."""
        self._pool.clear()

    def _ensure_bucket(self) -> None:
        if self._bucket_seen:
            return
        if not self._client.bucket_exists(bucket_name=self.bucket):
            try:
                self._client.make_bucket(bucket_name=self.bucket)
            except S3Error as error:
                if error.code not in {"BucketAlreadyOwnedByYou", "BucketAlreadyExists"}:
                    raise
        self._bucket_seen = True

    @contextmanager
    def _named_failures(self, key: str) -> Iterator[None]:
        """Turn the client's errors into ours; no message carries a credential."""
        try:
            yield
        except S3Error as error:
            if error.code in _MISSING:
                raise ObjectMissing(key) from error
            told = Message("拒绝了请求（%(code)s），请检查密钥、权限和桶名", code=error.code or "")
            raise self.unavailable(told) from error
        except (MinioException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            raise self.unavailable(Message("无法连接，请检查地址、网络和服务是否启动")) from error

    def unavailable(self, fault: Message) -> StoreUnavailable:
        """The error for a failed request, naming the service and the bucket."""
        bucket = f"{self.endpoint}/{self.bucket}"
        return StoreUnavailable(Message("对象存储 %(bucket)s %(fault)s", bucket=bucket, fault=fault))


class _Response:
    """The body of a response; a connection that breaks midway is named."""

    def __init__(self, response: Any, store: S3Store) -> None:
        self._response = response
        self._store = store

    def read(self, size: int = -1, /) -> bytes:
        try:
            return bytes(self._response.read(None if size < 0 else size))
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise self._store.unavailable(Message("在读取中断开，请重试")) from error


@contextmanager
def _spooled(source: Path | ByteStream) -> Iterator[tuple[BinaryIO, int, str]]:
    """A rewound file of the bytes (the file itself, or a spool of the stream), their number and SHA-256."""
    with contextlib.ExitStack() as stack:
        if isinstance(source, Path):
            file: BinaryIO = stack.enter_context(source.open("rb"))
            found = copy_hashed(file)
        else:
            spool = stack.enter_context(tempfile.SpooledTemporaryFile(max_size=_SPOOL_BYTES))
            found = copy_hashed(source, spool)
            file = cast("BinaryIO", spool)
        size_bytes = file.tell()
        file.seek(0)
        yield file, size_bytes, found


def _stat(item: Object) -> ObjectStat:
    metadata = {str(name).lower(): value for name, value in (item.metadata or {}).items()}
    sha256 = metadata.get("x-amz-meta-sha256")
    assert item.last_modified is not None
    return ObjectStat(
        key=str(item.object_name),
        size_bytes=int(item.size or 0),
        sha256=str(sha256) if sha256 else None,
        content_type=item.content_type,
        modified_at=item.last_modified,
    )


def _pool() -> urllib3.PoolManager:
    """Connections that give up in seconds, not in the client's default five minutes."""
    return urllib3.PoolManager(
        timeout=urllib3.Timeout(connect=5, read=60),
        maxsize=16,
        cert_reqs="CERT_REQUIRED",
        ca_certs=certifi.where(),
        retries=urllib3.Retry(total=3, backoff_factor=0.2, status_forcelist=[500, 502, 503, 504]),
    )
