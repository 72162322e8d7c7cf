"""Addresses that nobody types by hand: numbers and days beyond what databases and calendars hold."""

from __future__ import annotations

import pytest

HUGE = "9" * 25


@pytest.mark.parametrize(
    "address",
    [f"/manage/rubrics/{HUGE}", f"/manage/quarantine/{HUGE}", f"/team/evaluations/{HUGE}"],
)
def test_a_row_that_no_database_could_have_is_not_found(client_of, address: str) -> None:
    assert client_of("supervisor").get(address).status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        f"/desk/search?q=好&page={HUGE}",
        f"/desk/recordings?team={HUGE}",
        "/desk/recordings?since=0001-01-01&until=9999-12-31",
        "/desk/recordings?at=0001-01-01T00:00:00%2B08:00&id=x",
        f"/manage/jobs?page={HUGE}",
        f"/manage/quarantine?page={HUGE}",
        f"/team/?team={HUGE}",
    ],
)
def test_a_figure_beyond_all_bounds_is_passed_over(client_of, address: str) -> None:
    assert client_of("supervisor").get(address).status_code == 200
