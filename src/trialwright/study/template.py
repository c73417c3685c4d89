"""A study to start from: a copy of an example without its results."""

import shutil
from pathlib import Path

import trialwright
from trialwright.core.errors import StudyError

LEFT_BEHIND = shutil.ignore_patterns("results", "__pycache__", "*.pyc")


def find_examples() -> Path:
    """Return the folder of the examples: in the package, or beside the source in a clone."""
    package = Path(trialwright.__file__).parent
    packaged = package / "examples"
    return packaged if packaged.is_dir() else package.parents[1] / "examples"


def copy_example(name: str, target: str | Path) -> Path:
    """Copy an example study.

    Parameters
    ----------
    name : str
        Example, such as metromajx.
    target : str or Path
        Folder to make; it must not exist or be empty.

    Returns
    -------
    Path
        The new study's folder.

    Raises
    ------
    StudyError
        When there is no such example, or the folder has something in it.
    """
    examples = find_examples()
    known = sorted(path.parent.name for path in examples.glob("*/protocol.yaml"))
    if name not in known:
        raise StudyError(f"There is no example '{name}', expected one of {', '.join(known)}.")
    folder = Path(target)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise StudyError(f"{folder} is there and not empty. Write the name of a new folder.")
    shutil.copytree(examples / name, folder, dirs_exist_ok=True, ignore=LEFT_BEHIND)
    return folder
