"""From which specimens laboratory criteria grade."""

import polars as pl
from polars import col

SPECIMENS = ("BLOOD", "SERUM", "PLASMA")  # words of LBSPEC; criteria are for blood, never for urine
ARTERIAL = "ARTERIAL"
ARTERIAL_TESTS = ("PH",)  # acidosis and alkalosis; PH of a venous sample or of urine is another
URINALYSIS = "URIN"  # in LBCAT, where LBSPEC was not recorded


def is_graded_specimen(code: pl.Expr) -> pl.Expr:
    """Tell whether LBSPEC and LBCAT let a test be graded; `code` is LBTESTCD in upper case.

    A specimen that was not recorded is blood, unless the category is urinalysis; pH must be known
    to be arterial.
    """
    specimen = col("LBSPEC").str.to_uppercase()
    is_urine = col("LBCAT").str.to_uppercase().str.contains(URINALYSIS).fill_null(value=False)
    is_blood = pl.any_horizontal(specimen.str.contains(word) for word in SPECIMENS)
    is_arterial = specimen.str.contains(ARTERIAL).fill_null(value=False)
    is_fit = pl.when(specimen.is_null()).then(~is_urine).otherwise(is_blood)
    return is_fit & (~code.is_in(ARTERIAL_TESTS) | is_arterial)
