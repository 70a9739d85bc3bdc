"""Files of a run are there as a whole or not at all, and no link decides what is overwritten."""

import pytest

import lathe
from lathe.training import files


@pytest.fixture
def precious(tmp_path):
    path = tmp_path / "precious"
    path.write_bytes(b"123")
    yield path
    assert path.read_bytes() == b"123"


def test_a_stale_temporary_file_is_not_gone_on_with(tmp_path):
    (tmp_path / ".file.partial").write_bytes(b"x" * 100)
    files.replace(tmp_path / "file", b"new")
    assert (tmp_path / "file").read_bytes() == b"new"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_no_link_is_followed(tmp_path, precious):
    (tmp_path / ".file.partial").symlink_to(precious)
    files.replace(tmp_path / "file", b"new")
    assert (tmp_path / "file").read_bytes() == b"new"
    (tmp_path / "link").symlink_to(precious)
    with pytest.raises(OSError):
        files.append(tmp_path / "link", "line\n")
    with pytest.raises(OSError):
        files.open_lock(tmp_path / "link")


def test_what_cannot_be_written_leaves_the_old_file(tmp_path):
    (tmp_path / "file").write_bytes(b"old")
    (tmp_path / ".file.partial" / "inner").mkdir(parents=True)
    with pytest.raises(lathe.LatheError, match="cannot be written"):
        files.replace(tmp_path / "file", b"new")
    assert (tmp_path / "file").read_bytes() == b"old"


def test_lines_are_added(tmp_path):
    files.append(tmp_path / "lines", "a\n")
    files.append(tmp_path / "lines", "b\n")
    assert (tmp_path / "lines").read_text() == "a\nb\n"
