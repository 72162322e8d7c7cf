"""Choose the object store by its URL, so that a deployment is settings alone."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from recorder.storage.directory import DirectoryStore
from recorder.storage.protocol import ObjectStore, StorageError
from recorder.storage.s3 import S3Store

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off"})
_OPTIONS = frozenset({"secure", "sse", "region"})


class StoreUrlInvalid(StorageError):
    """The setting that names the object store cannot be read. The message never repeats a credential."""


def from_url(url: str, *, access_key: str | None = None, secret_key: str | None = None) -> ObjectStore:
    """The object store a URL names; opens no connection and creates nothing.

    A plain path or `file:///path` is a directory. `s3://KEY:SECRET@host:port/bucket` is a bucket, with the
    options `secure` (TLS, default 1), `sse` (server-side encryption, default 0) and `region`; credentials
    given apart take precedence, and those in the URL are percent-decoded. Raises `StoreUrlInvalid`.
    """
    if url.startswith("s3://"):
        return _s3(urlsplit(url), access_key, secret_key)
    if url.startswith("file://"):
        parts = urlsplit(url)
        if parts.netloc not in {"", "localhost"}:
            raise StoreUrlInvalid("file:// 地址请写三条斜杠，例如 file:///var/lib/qm/objects")
        return _directory(unquote(parts.path))
    if "://" in url:
        raise StoreUrlInvalid(
            f"不认识存储地址的类型 {url.partition('://')[0]}://，请用目录路径、file:// 或 s3://"
        )
    return _directory(url)


def _directory(path: str) -> DirectoryStore:
    if not path:
        raise StoreUrlInvalid("存储地址是空的，请写一个目录或 s3:// 地址")
    return DirectoryStore(Path(path))


def _s3(parts: SplitResult, access_key: str | None, secret_key: str | None) -> S3Store:
    bucket = unquote(parts.path.strip("/"))
    if not parts.hostname or not bucket or "/" in bucket:
        raise StoreUrlInvalid("S3 地址请写成 s3://主机:端口/桶名")
    key = access_key or unquote(parts.username or "")
    secret = secret_key or unquote(parts.password or "")
    if not key or not secret:
        raise StoreUrlInvalid("S3 地址缺少密钥，请写在地址里（s3://KEY:SECRET@主机/桶名）或单独设置")
    options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    if unknown := sorted(options.keys() - _OPTIONS):
        raise StoreUrlInvalid(f"S3 地址有不认识的选项：{'、'.join(unknown)}；可用 secure、sse、region")
    return S3Store(
        parts.netloc.rpartition("@")[2],
        bucket,
        access_key=key,
        secret_key=secret,
        secure=_flag(options, "secure", default=True),
        encrypt=_flag(options, "sse", default=False),
        region=options.get("region"),
    )


def _flag(options: dict[str, str], name: str, *, default: bool) -> bool:
    text = options.get(name, "").lower()
    if text and text not in _TRUE | _FALSE:
        raise StoreUrlInvalid(f"S3 地址的选项 {name} 请写 1 或 0")
    return text in _TRUE if text else default
