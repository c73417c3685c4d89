"""Hashes of files and texts."""

from pathlib import Path

from trialwright.core.trace import hash_file, hash_text

OF_ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-4, B.1


def test_a_text_has_the_published_hash() -> None:
    assert hash_text("abc") == OF_ABC


def test_a_file_is_hashed_by_its_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    assert hash_file(tmp_path / "a") == OF_ABC
    (tmp_path / "a").write_bytes(b"abc\r\n")
    assert hash_file(tmp_path / "a") != OF_ABC


def test_letters_beyond_ascii_are_hashed_as_utf8(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes("é".encode())
    assert hash_file(tmp_path / "a") == hash_text("é")
