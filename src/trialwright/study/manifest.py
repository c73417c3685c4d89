"""manifest.json: the hash of everything that went into a run, of its steps and of what it wrote."""

import json
from collections.abc import Mapping

import trialwright
from trialwright.core.trace import hash_file
from trialwright.datasets.mapping.read import MAPPING_FILE
from trialwright.datasets.mapping.rules import split_place
from trialwright.study.directory import (
    DATA_FOLDER,
    PROTOCOL_FILE,
    StudyDirectory,
    hash_references,
)
from trialwright.study.images import hash_images
from trialwright.study.run import hash_code
from trialwright.study.store import Store, replace_text

MANIFEST = "manifest.json"


def write_manifest(
    directory: StudyDirectory, store: Store, files: Mapping[str, tuple[str, str]]
) -> None:
    """Write manifest.json: the hash of every input and step, and the versions.

    Parameters
    ----------
    directory : StudyDirectory
        The study.
    store : Store
        What its run made.
    files : mapping
        Domain to file name and hash.
    """
    outputs = sorted(
        path for path in store.results.rglob("*")
        if path.is_file() and ".steps" not in path.parts and path.name != MANIFEST
    )  # fmt: skip
    content = {
        "software": {
            "name": "trialwright", "version": trialwright.__version__, "code": hash_code(),
        },
        "seed": None,
        "inputs": list_manifest_inputs(directory, store, files),
        "steps": {
            name: {"key": state.key, "output": state.output, "status": state.status}
            for name, state in sorted(store.states.items())
        },
        "outputs": {
            path.relative_to(store.results).as_posix(): hash_file(path) for path in outputs
        },
    }  # fmt: skip
    replace_text(store.results / MANIFEST, json.dumps(content, indent=1))


def is_written(
    directory: StudyDirectory, store: Store, files: Mapping[str, tuple[str, str]]
) -> bool:
    """Tell whether manifest.json has the hashes of the inputs as they are.

    A comment in the protocol or in a list changes the file and no step.
    """
    path = store.results / MANIFEST
    if not path.is_file():
        return False
    known = json.loads(path.read_text(encoding="utf-8"))["inputs"]
    return bool(known == list_manifest_inputs(directory, store, files))


def list_manifest_inputs(
    directory: StudyDirectory, store: Store, files: Mapping[str, tuple[str, str]]
) -> dict[str, str]:
    """Return the hash of each file that was read, lists and images too, by its place."""
    inputs = {
        PROTOCOL_FILE: hash_file(directory.path / PROTOCOL_FILE),
        **hash_references(directory),
    }
    mapping = directory.data / MAPPING_FILE
    if mapping.is_file():
        inputs[f"{DATA_FOLDER}/{MAPPING_FILE}"] = hash_file(mapping)
    for name, sha256 in sorted(files.values()):
        inputs[f"{DATA_FOLDER}/{split_place(name)[0]}"] = sha256
    return inputs | hash_images(directory.path, store)
