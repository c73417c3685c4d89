"""A study as a directory: its protocol, its recorded tables, its results."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from trialwright.core.errors import ProtocolError, StudyError
from trialwright.core.trace import hash_file
from trialwright.datasets.mapping.read import MAPPING_FILE, MappingReading, read_mapping
from trialwright.datasets.plasma import find_exports, find_gene_sets, find_sample_list
from trialwright.datasets.tabular import PLASMA, find_tables
from trialwright.protocol.lists import list_files
from trialwright.protocol.load import Reading, read_protocol
from trialwright.protocol.model import Protocol

PROTOCOL_FILE = "protocol.yaml"
DATA_FOLDER = "data"
RESULTS_FOLDER = "results"
SLIDES_FOLDER = "slides"
IMAGES_FOLDER = "images"
NOT_IN_FOLDER = "The file is not in the folder {}"


@dataclass(frozen=True)
class StudyDirectory:
    """Where a study's parts are; nothing is read before it is asked for."""

    path: Path

    @cached_property
    def reading(self) -> Reading:
        """The protocol as far as it can be read, with every finding, warnings included."""
        return read_protocol(self.path / PROTOCOL_FILE)

    @property
    def protocol(self) -> Protocol:
        """The protocol; ProtocolError holds everything that is wrong with it."""
        if self.reading.protocol is None:
            raise ProtocolError(self.reading.findings)
        return self.reading.protocol

    @cached_property
    def tables(self) -> Mapping[str, Path]:
        """The recorded tables by lower-case domain; Olink exports by the name of their file.

        Without those that the mapping names.
        """
        mapping = self.mapping.mapping
        claimed = mapping.files() if mapping else frozenset()
        tables = {name: path for name, path in find_tables(self.data).items() if name != PLASMA}
        plasma = {**find_exports(self.data), **find_sample_list(self.data)}
        found = {**tables, **plasma, **find_gene_sets(self.data)}
        return {name: path for name, path in sorted(found.items()) if path.name not in claimed}

    @cached_property
    def mapping(self) -> MappingReading:
        """What data/mapping.yaml says of the centre's own tables; nothing where there is none."""
        path = self.data / MAPPING_FILE
        return read_mapping(path) if path.is_file() else MappingReading(None)

    @property
    def data(self) -> Path:
        """The folder of what was recorded."""
        return self.path / DATA_FOLDER

    @property
    def results(self) -> Path:
        """The folder that runs write and nobody edits."""
        return self.path / RESULTS_FOLDER


def find_study(path: str | Path) -> StudyDirectory:
    """Return a study directory.

    Raises
    ------
    StudyError
        When the directory, its protocol or its data folder is not there.
    """
    folder = Path(path)
    if not folder.is_dir():
        raise StudyError(
            f"{folder} is not a directory, expected a study. "
            f"Write the folder that holds {PROTOCOL_FILE}, or make one with `trialwright new`."
        )
    if not (folder / PROTOCOL_FILE).is_file():
        raise StudyError(
            f"{folder} has no {PROTOCOL_FILE}, expected one. "
            "Write the study's folder, or start from `trialwright new`."
        )
    if not (folder / DATA_FOLDER).is_dir():
        raise StudyError(
            f"{folder} has no folder {DATA_FOLDER}/, expected one table per SDTM domain in it. "
            "Put dm.csv and the other tables there, or your own tables with a mapping.yaml."
        )
    return StudyDirectory(folder)


def hash_references(directory: StudyDirectory) -> dict[str, str]:
    """Return the hash of each file that explains the tables, by its place in the study.

    They are lists that the protocol names, and REDCap's dictionaries that the mapping names.
    """
    files = {name: directory.path / name for name in list_files(directory.protocol)}
    for name in sorted(directory.mapping.dictionaries):
        files[f"{DATA_FOLDER}/{name}"] = directory.data / name
    return {name: hash_file(path) for name, path in files.items() if path.is_file()}


def list_slide_files(study: Path) -> frozenset[str] | None:
    """Return the names of the files in the study's folder of slides; None where there is none."""
    folder = study / SLIDES_FOLDER
    if not folder.is_dir():
        return None
    return frozenset(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )
