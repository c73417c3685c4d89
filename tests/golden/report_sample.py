"""A made-up report in the shape of a small phase II trial: every kind of block, nobody's data."""

import math

from trialwright.core.errors import Finding, Severity
from trialwright.core.table import Cell, Row, Table, heading, make_table, row
from trialwright.report.blocks import (
    AbsentBlock,
    Document,
    Download,
    Fact,
    FigureBlock,
    FindingsBlock,
    ListBlock,
    Origin,
    Paragraph,
    PatientBlock,
    Section,
    SettingRow,
    SettingsBlock,
    TableBlock,
)
from trialwright.report.evidence import (
    AnalysisTable,
    Evidence,
    NumberEvidence,
    Rows,
    SourceTable,
    make_rows,
)

SUBJECTS = tuple(f"XX-01-{i:03d}" for i in range(1, 16))
CHANGES = (-38.2, -12.0, -4.1, 0.0, 3.3, 8.9, 14.0, 22.5, 27.1, 31.0, 35.4, 44.8, 52.0, 88.1, 12.2)
PFS_DAYS = (251, 150, 112, 108, 84, 63, 57, 56, 55, 54, 52, 51, 49, 47, 30)
TERMS = ("Fatigue", "Fever", "Nausea", "Anaemia", "Lymphocyte count decreased", "Chills")


def number(text: str, *refs: str) -> Cell:
    """Make a number that can be opened."""
    return Cell(text, refs)


def svg(width: int, height: int, *parts: str) -> str:
    """Make an SVG document the way a plotting library writes one: own ids, own style."""
    return (
        '<?xml version="1.0" encoding="utf-8" standalone="no"?>\n'
        '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" '
        '"http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">\n'
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'width="{width}pt" height="{height}pt" viewBox="0 0 {width} {height}" version="1.1">'
        "<metadata>https://example.org/creator</metadata>"
        '<defs><style type="text/css">*{stroke-linejoin: round; stroke-linecap: butt}</style>'
        f'<clipPath id="clip"><rect width="{width}" height="{height}"/></clipPath></defs>'
        f'<g id="axes_1" clip-path="url(#clip)"><rect width="{width}" height="{height}" '
        f'fill="#ffffff"/>{"".join(parts)}</g></svg>'
    )


def label(x: float, y: float, text: str, anchor: str = "middle", size: float = 8) -> str:
    """Write one SVG text."""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" '
        f'font-family="Arial, sans-serif" fill="#1b1b1f">{text}</text>'
    )


def print_at_risk(month: int) -> str:
    """Count who is at risk, and who had an event before."""
    n_risk = sum(days > month * 30.4375 for days in PFS_DAYS)
    return f"{n_risk} ({len(PFS_DAYS) - n_risk})"


def draw_survival() -> str:
    """Draw a step curve with numbers at risk."""
    left, top, width, height, n = 60, 15, 400, 180, len(PFS_DAYS)
    x, y, path = left, top, f"M{left} {top}"
    for i, days in enumerate(sorted(PFS_DAYS)):
        x = left + days / 270 * width
        path += f" H{x:.1f}"
        y = top + height * (i + 1) / n
        path += f" V{y:.1f}"
    ticks = "".join(
        f'<use xlink:href="#tick" x="{left + month / 9 * width:.1f}" y="{top + height}"/>'
        + label(left + month / 9 * width, top + height + 16, str(month))
        + label(
            left + month / 9 * width,
            top + height + 52,
            print_at_risk(month),
        )
        for month in range(0, 10, 3)
    )
    return svg(
        510,
        260,
        '<defs><path id="tick" d="M0 0 V4" stroke="#1b1b1f"/></defs>',
        f'<path d="M{left} {top} V{top + height} H{left + width}" fill="none" stroke="#1b1b1f"/>',
        f'<path d="{path}" fill="none" stroke="#0072b2" stroke-width="1.25"/>',
        ticks,
        label(left + width / 2, top + height + 32, "Months since the first dose"),
        label(left - 8, top + 4, "1.0", "end"),
        label(left - 8, top + height, "0.0", "end"),
        label(left - 22, top + height + 52, "At risk", "end"),
    )


def draw_waterfall() -> str:
    """Draw best change from baseline, one bar a patient."""
    colors = {-1: "#4fa3d1", 0: "#b9bcc2", 1: "#c2571a"}
    bars = "".join(
        f'<rect x="{50 + i * 28}" y="{min(120 - v, 120):.1f}" width="22" '
        f'height="{max(abs(v), 0.8):.1f}" fill="{colors[-1 if v <= -30 else int(v >= 20)]}"/>'
        for i, v in enumerate(sorted(CHANGES, reverse=True))
    )
    lines = "".join(
        f'<path d="M45 {120 - v} H470" stroke="#8a8d93" stroke-dasharray="3 3"/>'
        + label(40, 123 - v, f"{v:+d}", "end")
        for v in (20, -30)
    )
    return svg(510, 190, bars, lines, label(255, 180, "Patients, by best change from baseline (%)"))


def draw_timeline(place: int) -> str:
    """Draw one patient's doses and scans."""
    days = PFS_DAYS[place]
    doses = "".join(
        f'<circle cx="{60 + d * 1.6:.1f}" cy="30" r="3" fill="#0072b2"/>'
        for d in range(0, days, 14)
    )
    scans = "".join(
        f'<path d="M{60 + d * 1.6:.1f} 50 v12" stroke="#1b1b1f"/>' for d in range(0, days + 28, 42)
    )
    names = label(50, 33, "Doses", "end") + label(50, 60, "Scans", "end")
    return svg(510, 90, doses, scans, names, label(60, 82, "Day 1"), label(460, 82, "Day 250"))


def table_one() -> Table:
    """Make the table of baseline characteristics."""
    return make_table(
        "baseline",
        "Baseline characteristics of the evaluable patients",
        ("Characteristic", "All (N = 14)", "Leiomyosarcoma (n = 8)", "Other (n = 6)"),
        (
            row(
                "Age, years, median (range)",
                number("58.5 (34\u201377)", "baseline.age"),
                "61",
                "55",
            ),
            heading("Sex, n (%)"),
            row("Female", number("9 (64.3)", "baseline.female"), "6 (75.0)", "3 (50.0)", indent=1),
            row("Male", number("5 (35.7)", "baseline.male"), "2 (25.0)", "3 (50.0)", indent=1),
            heading("ECOG performance status, n (%)"),
            row("0", number("4 (28.6)", "baseline.ecog0"), "2 (25.0)", "2 (33.3)", indent=1),
            row("1", number("9 (64.3)", "baseline.ecog1"), "6 (75.0)", "3 (50.0)", indent=1),
            row("Missing", number("1 (7.1)", "baseline.ecogm"), "0 (0.0)", "1 (16.7)", indent=1),
        ),
        ("Percentages are of the column's patients; halves are rounded up.",),
    )


def table_survival() -> Table:
    """Make a table whose decimals have to be brought into line."""
    return make_table(
        "times",
        "Time to event",
        ("Endpoint", "Events / N", "Median, months", "95% CI", "Rate at 6 months, %"),
        (
            row(
                "Progression-free survival",
                number("12 / 14", "pfs.events"),
                number("1.8", "pfs.median"),
                number("1.7\u20133.6", "pfs.lower", "pfs.upper"),
                "21.4",
            ),
            row("Overall survival", "5 / 14", "10.5", "5.7\u2013NE", "77.1"),
            row("Follow-up (reverse Kaplan-Meier)", "9 / 14", "8.25", "4.8\u201313.1", "7"),
            row("Duration of response", "0 / 1", "NE", "NE\u2013NE", "NE"),
        ),
        ("NE, not estimable. CI, confidence interval (log-log transformation).",),
    )


def table_adverse(n_terms: int = 12) -> Table:
    """Make a wide table of adverse events by grade."""
    rows: list[Row] = []
    for group in ("General disorders", "Investigations"):
        rows.append(heading(group))
        for i in range(n_terms // 2):
            n = 12 - 2 * i
            grades = [number(f"{max(n - 3 * g, 0)}", f"ae.{group}.{i}.{g}") for g in range(5)]
            name = f"{TERMS[i % 6]}{' (other)' if i > 5 else ''}"
            rows.append(
                row(
                    name,
                    number(f"{max(n, 0)} ({max(n, 0) / 0.15:.1f})", f"ae.{group}.{i}.any"),
                    *grades,
                    "0 (0.0)",
                    "1 (6.7)",
                    "0 (0.0)",
                    indent=1,
                )
            )
    return make_table(
        "adverse",
        "Adverse events by term and worst grade, safety population (N = 15)",
        (
            "Term",
            "Any grade",
            "Grade 1",
            "Grade 2",
            "Grade 3",
            "Grade 4",
            "Grade 5",
            "Serious",
            "Related",
            "Led to stop",
        ),
        rows,
        ("Each patient is counted once per term, at the worst grade. CTCAE 4.03.",),
    )


def sample_findings() -> FindingsBlock:
    """Make one blocking finding, and warnings of two rules."""
    blocking = Finding(
        "RS-ORDER", Severity.BLOCK, "rs.csv", "overall response PD before the first scan",
        "a date after baseline", "Correct RSDTC.", 12, "RSDTC", "XX-01-003", "VISITNUM 2",
    )  # fmt: skip
    windows = tuple(
        Finding("VISIT-WINDOW", Severity.WARN, "tr.csv", f"day {44 + i}", "day 36 to 42",
                "Confirm the date, or leave it.", 20 + i, "TRDTC", SUBJECTS[i], "VISITNUM 3")
        for i in range(9)
    )  # fmt: skip
    unit = Finding("TR-UNIT", Severity.WARN, "tr.csv", "'3,2 cm'", "a number in mm", "Write 32.",
                   41, "TRSTRESN", "XX-01-007", "VISITNUM 3")  # fmt: skip
    words = {"VISIT-WINDOW": "Assessment outside its window", "RS-ORDER": "Response out of order"}
    return FindingsBlock((unit, *windows, blocking), words)


def sample_settings() -> SettingsBlock:
    """Make settings of every origin."""
    return SettingsBlock(
        (
            SettingRow("design.r1", "3", Origin.DECLARED),
            SettingRow("design.n1", "13", Origin.DECLARED),
            SettingRow("survival.interval", "log-log", Origin.DEFAULT),
            SettingRow("survival.month_days", "30.4375", Origin.DEFAULT),
            SettingRow("assumed.scan_anchor", "first dose of any agent", Origin.ASSUMED,
                       "the paper does not say from when scans are counted"),
        ),
        "Settings in force",
    )  # fmt: skip


def sample_patient(place: int) -> PatientBlock:
    """Make one patient's page."""
    subject = SUBJECTS[place % 15]
    name = subject if place < 15 else f"{subject}-{place}"
    place %= 15
    lesions = make_table(
        f"lesions-{name}", "Target lesions, longest diameter (mm)",
        ("Lesion", "Baseline", "Week 6", "Week 12"),
        (row("T01, liver, injected", "42", "44.5", "51"), row("T02, lung", "18", "17", "NE"),
         row("Sum", "60", number("61.5", f"patient.{subject}.sum"), "NE")),
    )  # fmt: skip
    drawing = FigureBlock(
        f"timeline-{name}", f"{subject} over time", draw_timeline(place),
        ("Doses and scans by study day.",), f"{PFS_DAYS[place]} days to progression.",
    )  # fmt: skip
    return PatientBlock(
        name,
        f"leiomyosarcoma, {'PR' if place == 0 else 'PD'}, {PFS_DAYS[place]} days to progression",
        (
            Fact("Arm", ("Arm A",)),
            Fact("Best response", ("PR" if place == 0 else "PD",)),
            Fact("Progression-free", (number(str(PFS_DAYS[place]), "pfs.median"), " days")),
        ),
        drawing,
        (TableBlock(lesions),),
    )


def sample_sections(n_patients: int) -> tuple[Section, ...]:
    """Make the body of the report."""
    curve = FigureBlock(
        "pfs", "Progression-free survival", draw_survival(),
        ("Half of the patients progressed before the first scan at week 6; median ",
         number("1.8 months", "pfs.median"), "."),
        "Median 1.8 months (95% CI 1.7 to 3.6); 12 events in 14 patients.",
        (Download("SVG", "figures/pfs.svg"), Download("PNG", "figures/pfs.png")),
    )  # fmt: skip
    waterfall = FigureBlock(
        "waterfall", "Best change of the sum of diameters.", draw_waterfall(),
        ("One patient shrank by more than 30%.",), "Changes from -38.2% to +88.1%.",
    )  # fmt: skip
    flow = Paragraph(
        ("Of ", number("38", "flow.assessed"), " patients assessed, ",
         number("23", "flow.excluded"), " were excluded and ", number("15", "flow.enrolled"),
         " enrolled; ",
         number("14", "flow.evaluable"), " could be evaluated. One patient refused the second "
         "agent before its first dose and is evaluable for safety alone.")
    )  # fmt: skip
    return (
        Section("flow", "Participant flow", (
            flow, ListBlock((("TLS-negative: ", number("21", "flow.tls")), ("Other: 2",))))),
        Section("patients", "Patients", (TableBlock(table_one()),)),
        Section("efficacy", "Efficacy", (), (
            Section("primary", "Six-month non-progression", (Paragraph((
                number("1/14 (7.1%)", "primary.rate", "primary.n"), " of the evaluable patients "
                "were free of progression at six months (exact 95% CI ",
                number("0.2\u201333.9", "primary.lower", "primary.upper"), ")."),),)),
            Section("response", "Best response", (waterfall,)),
            Section("survival", "Time to event", (
                TableBlock(table_survival(), ("The landmark rate is not the primary endpoint.",)),
                curve)),
        )),
        Section("safety", "Safety", (TableBlock(table_adverse()),)),
        Section("correlates", "Correlates", (
            AbsentBlock("CD8 density on treatment", "data/slides.csv and the images it names"),)),
        Section("each-patient", "Each patient", tuple(
            sample_patient(i) for i in range(n_patients))),
        Section("methods", "Methods", (Paragraph((
            "Numbers are computed from the analysis datasets; nothing is typed in.",)),
            sample_settings())),
        Section("check", "Check of the data", (sample_findings(),)),
    )  # fmt: skip


def build_document(n_patients: int = 15) -> Document:
    """Make the whole document."""
    interval = number("0.2\u201333.9", "primary.lower", "primary.upper")
    return Document(
        "Metronomic cyclophosphamide, avelumab and JX-594 in soft-tissue sarcoma",
        "METROMAJX, arm A: single-arm two-stage phase II trial in TLS-negative disease",
        ("SYNTHETIC data", "data cut 2023-06-30", "protocol 4.0", "records 1a2b3c4d",
         "trialwright 0.1.0"),
        (
            Fact("Primary endpoint", (number("1/14 = 7.1%", "primary.rate", "primary.n"),
                 " free of progression at six months (95% CI ", interval, ")"), is_main=True),
            Fact("Decision", ("First stage not satisfied: at most 3 of 13 stops the arm",),
                 is_main=True),
            Fact("Patients", (number("15", "flow.enrolled"), " enrolled, ",
                 number("14", "flow.evaluable"), " evaluable")),
            Fact("Best response", ("1 PR, 5 SD, 8 PD among 14",)),
            Fact("Progression-free", ("median ", number("1.8", "pfs.median"), " months (95% CI ",
                 number("1.7\u20133.6", "pfs.lower", "pfs.upper"), ")")),
            Fact("Safety", ("3 patients with grade 3 events, no grade 4",)),
        ),
        sample_sections(n_patients),
        (("Made by trialwright 0.1.0 from data of no living person.",),),
    )  # fmt: skip


def build_evidence(n_patients: int = 15) -> Evidence:
    """Make evidence for every number of the document that has a statistic."""
    adtte = AnalysisTable(
        "ADTTE",
        ("PARAMCD", "USUBJID", "STARTDT", "ADT", "AVAL", "CNSR", "EVNTDESC"),
        {
            i + 1: ("PFS", subject, "2021-02-08", "2021-04-02", PFS_DAYS[i], int(i == 1),
                    None if i == 1 else "Disease progression")
            for i, subject in enumerate(SUBJECTS)
        },
    )  # fmt: skip
    lesions = SourceTable(
        "data/tr.csv",
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        ("STUDYID", "DOMAIN", "USUBJID", "TRSEQ", "TRLNKID", "TRTESTCD", "TRSTRESN", "TRSTRESU",
         "TRSTAT", "TRDTC", "COMMENT"),
        {
            i + 2: ("XX", "TR", SUBJECTS[i % 15], i, f"T{i % 4 + 1:02d}", "LDIAM",
                    round(20 + 9 * math.sin(i), 1), "mm", "", "2021-03-22",
                    "5 mm < 6 & </script><b>not markup</b>" if i == 0 else "")
            for i in range(180)
        },
    )  # fmt: skip
    start = SourceTable(
        "data/ex.csv", "0" * 64, ("USUBJID", "EXTRT", "EXSTDTC", "NEVER"),
        {i + 2: (subject, "AVELUMAB", "2021-02-08", None) for i, subject in enumerate(SUBJECTS)},
    )  # fmt: skip
    numbers = tuple(_evidence_of(ref) for ref in _refs(n_patients))
    return Evidence(numbers, (adtte,), (lesions, start))


def _refs(n_patients: int) -> list[str]:
    """Return every ref of the document but one, which so stays plain text."""
    from trialwright.report.blocks import walk_cells

    refs = dict.fromkeys(r for c in walk_cells(build_document(n_patients)) for r in c.refs)
    return [ref for ref in refs if ref != "flow.tls"]


def _evidence_of(ref: str) -> NumberEvidence:
    """Make the evidence of one statistic; the survival numbers share rows and method."""
    rows = (make_rows("ADTTE", range(1, 15)),)
    if ref.startswith("pfs"):
        values = {"pfs.median": 1.8398357289527721, "pfs.lower": 1.708418891170431}
        return NumberEvidence(
            ref,
            {"pfs.median": "Median progression-free survival", "pfs.lower": "Lower limit, 95% CI",
             "pfs.upper": "Upper limit, 95% CI"}.get(ref, "Progressions and deaths"),
            values.get(ref, None if ref == "pfs.events" else 3.6),
            "months",
            "Kaplan-Meier estimate",
            {"interval": "log-log", "level": 0.95, "month_days": 30.4375,
             "ties": ["first", "last"]},
            "Kaplan EL, Meier P. J Am Stat Assoc 1958;53:457-481.",
            rows,
            (make_rows("data/tr.csv", range(2, 182)), make_rows("data/ex.csv", range(2, 16))),
        )  # fmt: skip
    sources = (Rows("data/ex.csv", (2, 3, 4), 5000),) if ref == "flow.enrolled" else ()
    return NumberEvidence(ref, f"Statistic {ref}", 1.0, "", "Count", {}, "", rows, sources)
