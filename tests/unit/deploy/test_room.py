"""The data directory has room and one user at a time."""

from pathlib import Path

import pytest

from deploy.local.errors import Unavailable
from deploy.local.room import reserved


def test_a_second_stack_on_the_same_data_is_refused(tmp_path: Path) -> None:
    with reserved(tmp_path), pytest.raises(Unavailable, match="Servers already run on"), reserved(tmp_path):
        pass


def test_the_data_are_free_again_afterwards(tmp_path: Path) -> None:
    for _ in range(2):
        with reserved(tmp_path):
            pass


def test_a_disk_without_room_is_refused_before_anything_starts(tmp_path: Path) -> None:
    petabyte = 1 << 30

    with (
        pytest.raises(Unavailable, match="point NANXUN_DATA to another disk"),
        reserved(tmp_path, needed_mb=petabyte),
    ):
        pass


def test_a_place_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()

    with (
        pytest.raises(Unavailable, match=r"cannot be written .*: point NANXUN_DATA elsewhere"),
        reserved(file / "data"),
    ):
        pass
