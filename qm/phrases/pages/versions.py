"""The phrase library's versions: draft, changes, publishing, tables in and out."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from qm.core.actor import UserRole
from qm.core.errors import QmError
from qm.frame.access import actor, allow
from qm.frame.files import whole
from qm.frame.numbers import row_number
from qm.frame.saying import say
from qm.phrases.pages.library import blueprint, library_page
from qm.phrases.reads import library as phrase_reads
from qm.phrases.writes import library as phrase_writes
from qm.phrases.writes import rescan
from qm.phrases.writes import versions as phrase_versions
from transcribe.phrases import write_csv


@blueprint.post("/manage/phrases/draft")
@allow(UserRole.SUPERVISOR)
def phrase_draft() -> ResponseReturnValue:
    """Begin editing."""
    draft = phrase_writes.start_draft(actor())
    flash(gettext("第 %(n)d 版草稿已就绪，发布前不影响任何录音。", n=draft.version), "done")
    return redirect(_back())


def _back() -> str:
    group = request.form.get("group", "")
    return url_for("phrases.phrase_group", group=group) if group else url_for("phrases.phrases")


@blueprint.post("/manage/phrases/discard")
@allow(UserRole.SUPERVISOR)
def phrase_discard() -> ResponseReturnValue:
    """Throw the draft away."""
    number = phrase_writes.discard_draft(actor())
    flash(gettext("第 %(n)d 版草稿已放弃，现行版本不变。", n=number), "done")
    return redirect(url_for("phrases.phrases"))


@blueprint.get("/manage/phrases/changes")
@allow(UserRole.SUPERVISOR)
def phrase_changes() -> ResponseReturnValue:
    """The draft against the version in force."""
    draft, published = phrase_reads.draft(), phrase_reads.published()
    changes = phrase_reads.own_changes(actor()) if draft else None
    return render_template(
        "phrases/changes.html",
        draft=draft,
        published=published,
        changes=changes,
        heard=len(phrase_reads.to_rescan(actor())),
    )


@blueprint.post("/manage/phrases/publish")
@allow(UserRole.SUPERVISOR)
def phrase_publish() -> ResponseReturnValue:
    """Put the draft in force; heard recordings are scanned again where asked."""
    try:
        done = phrase_versions.publish(actor(), note=request.form.get("note", "")[:300])
    except QmError as error:
        return library_page(error.status, problem=say(error))
    said = gettext("第 %(n)d 版已发布，新录音立即使用。", n=done.library.version)
    if request.form.get("rescan"):
        said += gettext("%(n)d 通已转写的录音正在重新扫描。", n=rescan.rescan(actor()))
    flash(said, "done")
    return redirect(url_for("phrases.phrases"))


@blueprint.post("/manage/phrases/rescan")
@allow(UserRole.SUPERVISOR)
def phrase_rescan() -> ResponseReturnValue:
    """Scan heard recordings under the version in force."""
    number = rescan.rescan(actor())
    flash(gettext("%(n)d 通已转写的录音正在按现行短语库重新扫描，不会重新转写。", n=number), "done")
    return redirect(url_for("jobs.jobs"))


@blueprint.post("/manage/phrases/import")
@allow(UserRole.SUPERVISOR)
def phrase_import() -> ResponseReturnValue:
    """Take phrases from a CSV into the draft; faults are listed by line."""
    sent = request.files.get("table")
    replace = request.form.get("how") == "replace"
    try:
        text = _text(whole(sent)) if sent and sent.filename else ""
        number = phrase_writes.import_table(actor(), text, replace=replace)
    except phrase_writes.TableUnusable as error:
        return library_page(error.status, problem=say(error), table_errors=error.errors)
    flash(gettext("导入完成：草稿新增 %(n)d 条短语。", n=number), "done")
    return redirect(url_for("phrases.phrase_changes"))


def _text(data: bytes) -> str:
    """UTF-8, or what spreadsheet programs on Chinese systems write."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030", errors="replace")


@blueprint.get("/manage/phrases/export.csv")
@allow(UserRole.SUPERVISOR)
def phrase_export() -> ResponseReturnValue:
    """One version as a table; without a number the one shown on the page."""
    number = request.args.get("version", type=row_number)
    library = phrase_reads.version(number) if number else phrase_reads.draft() or phrase_reads.published()
    name = f"phrases-v{library.version}.csv" if library else "phrases.csv"
    table = write_csv(phrase_reads.as_sets(phrase_reads.shown_to(actor(), phrase_reads.rows(library))))
    return Response(
        "\ufeff" + table,  # spreadsheets take a table without this mark for GBK
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
