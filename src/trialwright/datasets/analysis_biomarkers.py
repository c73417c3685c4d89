"""The analysis dataset of biomarkers: what was measured in plasma and tissue, by visit."""

from trialwright.datasets.codelists import YES_NO
from trialwright.datasets.schema import Dataset, Variable, VariableType

INTEGER, NUMBER, DAY = VariableType.INTEGER, VariableType.NUMBER, VariableType.DAY

NPX_CATEGORY, TISSUE_CATEGORY = "PLASMA PROTEIN", "TISSUE"
"""Values of PARCAT1."""

TISSUE_PARAMETERS: tuple[str, ...] = (
    *("CD8PCT", "CD8DENS", "CD8PCTR", "CD8N", "CD8AREA", "CD8MISF", "CD8QC"),
    *("TLS", "TLSPROP", "TLSDEC", "TLSN", "TLSAREA", "TLSMISF", "TLSAGG", "TLSQC"),
)
"""PARAMCD of the tissue panels cd8 and tls, others begin with their panel's name; that of a
protein is its OlinkID."""

ADBM = Dataset(
    "ADBM",
    "Biomarkers of Plasma and Tissue",
    keys=("USUBJID", "PARCAT1", "PARAMCD", "AVISIT", "BMXFN"),
    variables=(
        Variable("USUBJID", "Unique Subject Identifier", is_required=True),
        Variable("ASEQ", "Analysis Sequence Number", INTEGER, is_required=True),
        Variable("PARCAT1", "Parameter Category 1: PLASMA PROTEIN or TISSUE", is_required=True),
        Variable("PARCAT2", "Parameter Category 2: Panel or Stain"),
        Variable("PARAMCD", "Parameter Code", is_required=True),
        Variable("PARAM", "Parameter"),
        Variable("UNIPROT", "UniProt Accession"),
        Variable("AVISIT", "Analysis Visit", is_required=True),
        Variable("AVISITN", "Analysis Visit (N)", NUMBER),
        Variable("ADT", "Analysis Date", DAY),
        Variable("AVAL", "Analysis Value", NUMBER),
        Variable("AVALU", "Analysis Value Unit"),
        Variable("AVALC", "Analysis Value, in Words"),
        Variable("BASE", "Baseline Value", NUMBER),
        Variable("CHG", "Change from Baseline", NUMBER),
        Variable("R2BASE", "Ratio to Baseline", NUMBER),
        Variable("ABLFL", "Baseline Record Flag", codelist=YES_NO),
        Variable("ANL01FL", "Measured as the Protocol Has It Flag", codelist=YES_NO),
        Variable("AREASON", "Why There is No Value, or It Does not Count"),
        Variable("LOD", "Limit of Detection", NUMBER),
        Variable("QCFL", "Passed Quality Control Flag", codelist=YES_NO),
        Variable("PLATEID", "Plate Identifier"),
        Variable("SAMPLEID", "Sample or Specimen Identifier"),
        Variable("LNKID", "Lesion"),
        Variable("BMXFN", "External File Name: the image that was measured"),
        Variable("SRCDOM", "Source Data"),
        Variable("SRCVAR", "Source Variable"),
        Variable("SRCSEQ", "Source Sequence Number", INTEGER),
    ),
    order=("USUBJID", "PARCAT1", "PARAMCD", "AVISITN", "AVISIT", "ASEQ"),
)
