"""The door to DICOM: one CT slice in Hounsfield units with the size of its pixels."""

import warnings
from dataclasses import dataclass
from pathlib import Path
from textwrap import shorten
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trialwright.core.errors import SlideError

Floats = NDArray[np.float32]

SOFT_TISSUE = (40.0, 400.0)
CT_STORAGE = "1.2.840.10008.5.1.4.1.1.2"
EXPLICIT_LITTLE_ENDIAN = "1.2.840.10008.1.2.1"
UID_ROOT = "1.2.826.0.1.3680043.8.498."  # of pydicom, for files that it makes
# What the reader raises on files that are cut short or are no DICOM.
DAMAGED = (ValueError, KeyError, AttributeError, OSError, TypeError, EOFError, RuntimeError,
           NotImplementedError)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CtSlice:
    """One slice: `values` in Hounsfield units, shape (height, width), first row at the top.

    `pixel_mm` is height and width of a pixel; `window` center and width as the file asks for.
    """

    values: Floats
    pixel_mm: tuple[float, float]
    window: tuple[float, float]
    comment: str = ""


def read_ct(path: Path) -> CtSlice:
    """Read one CT slice.

    Parameters
    ----------
    path : Path
        A DICOM file with one frame of one band.

    Raises
    ------
    SlideError
        When the file is no DICOM image of one gray slice, is cut short, or does not say how large
        its pixels are.
    """
    import pydicom

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of files that break the standard and can be read
            data = pydicom.dcmread(path)
            stored = np.asarray(data.pixel_array, dtype=np.float32)
        spacing = [float(side) for side in getattr(data, "PixelSpacing", ())]
        slope = float(getattr(data, "RescaleSlope", 1) or 1)
        intercept = float(getattr(data, "RescaleIntercept", 0) or 0)
        window = _read_window(data)
    except (*DAMAGED, pydicom.errors.InvalidDicomError) as error:
        raise SlideError(
            f"{path.name}: it cannot be read as a DICOM image "
            f"({shorten(str(error), 90) or type(error).__name__}), expected one CT slice. "
            "Export it again. [CT-READ]"
        ) from error
    if stored.ndim != 2:
        raise SlideError(
            f"{path.name}: an image of shape {' x '.join(str(n) for n in stored.shape)}, expected "
            "one gray slice. Export the slice that is to be shown. [CT-SLICE]"
        )
    if len(spacing) != 2 or min(spacing) <= 0:
        raise SlideError(
            f"{path.name}: no size of its pixels, expected PixelSpacing in mm. "
            "Export it with its geometry. [CT-SPACING]"
        )
    comment = str(getattr(data, "ImageComments", "") or "")
    values = stored * np.float32(slope) + np.float32(intercept)
    return CtSlice(values, (spacing[0], spacing[1]), window, comment)


def _read_window(data: Any) -> tuple[float, float]:
    """Return the first window of the file, soft tissue where it has none."""
    center, width = getattr(data, "WindowCenter", None), getattr(data, "WindowWidth", None)
    if center is None or width is None:
        return SOFT_TISSUE
    first = [float(np.atleast_1d(np.asarray(value, dtype=float))[0]) for value in (center, width)]
    return (first[0], first[1]) if first[1] > 0 else SOFT_TISSUE


def apply_window(values: Floats, center: float, width: float) -> NDArray[np.uint8]:
    """Map Hounsfield units to gray: what is below the window black, what is above it white.

    Parameters
    ----------
    values : array, shape (height, width)
        Hounsfield units.
    center, width : float
        Middle and width of the window, in Hounsfield units.

    References
    ----------
    DICOM PS3.3, C.11.2.1.2 (linear function), without its half unit.

    Examples
    --------
    >>> import numpy as np
    >>> apply_window(np.array([[-1000.0, 40.0, 1000.0]], np.float32), 40, 400).tolist()
    [[0, 128, 255]]
    """
    share = (values - (center - width / 2)) / width
    gray: NDArray[np.uint8] = np.clip(np.rint(255 * share), 0, 255).astype(np.uint8)
    return gray


def write_ct(path: Path, ct: CtSlice, patient: str, study_date: str) -> None:
    """Write one slice as a DICOM file; the same slice gives the same bytes.

    Parameters
    ----------
    path : Path
        File to write.
    ct : CtSlice
        Values are rounded to whole Hounsfield units.
    patient : str
        PatientID and, in place of a name, PatientName.
    study_date : str
        As YYYYMMDD.
    """
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import UID, generate_uid

    uid = generate_uid(prefix=UID_ROOT, entropy_srcs=[path.name, patient, study_date])
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = UID(CT_STORAGE), uid
    meta.TransferSyntaxUID = UID(EXPLICIT_LITTLE_ENDIAN)
    data = Dataset()
    data.file_meta = meta
    data.SOPClassUID, data.SOPInstanceUID = UID(CT_STORAGE), uid
    data.Modality, data.PatientID, data.PatientName = "CT", patient, patient
    data.StudyDate, data.ImageComments = study_date, ct.comment
    data.Rows, data.Columns = ct.values.shape
    data.PixelSpacing = [f"{side:g}" for side in ct.pixel_mm]
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 16, 15, 1
    data.RescaleSlope, data.RescaleIntercept = "1", "0"
    data.WindowCenter, data.WindowWidth = (f"{part:g}" for part in ct.window)
    data.PixelData = np.rint(ct.values).astype("<i2").tobytes()
    data.save_as(path, enforce_file_format=True)
