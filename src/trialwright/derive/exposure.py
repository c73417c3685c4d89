"""ADEX: every dose with its cycle, and what each subject received of what was planned."""

LEAD_IN_CYCLE = 1  # doses before the first day of cycle 1 belong to cycle 1
