"""`trialwright npx ...`: what can be asked of an Olink export alone, with an example each."""

from trialwright.cli.declare import Parser, Subparsers, declare, whole_number

SCALES = ("none", "row", "column")
DISTANCES = ("euclidean", "correlation", "manhattan", "maximum")
LINKAGES = ("complete", "average", "single", "mcquitty", "ward.D2", "ward.D")
BOTH = "as SVG and PNG"
MODELS = ("mixed", "mixed-ml", "moderated", "paired-t", "signed-rank")


def add_npx_commands(subparsers: Subparsers) -> None:
    """Add `npx` and its commands to a parser; each sets `run`, which returns the exit code."""
    parser = subparsers.add_parser(
        "npx",
        help="plasma proteins: changes between visits, quality of an Olink export",
        description="Plasma proteins measured by Olink, out of an NPX export alone.",
    )
    commands = parser.add_subparsers(dest="npx_command", metavar="COMMAND", required=True)
    _add_test(commands)
    _add_quality(commands)
    _add_heatmap(commands)


def _command(
    commands: Subparsers, name: str, help_text: str, example: str, module: str = "npx_answers"
) -> Parser:
    """Add one command that reads Olink exports."""
    parser = declare(commands, name, help_text, f"npx {example}", f"{module}:answer_{name}")
    parser.add_argument(
        "files", nargs="+", metavar="NPX_FILE", help="Olink export: workbook, CSV, Parquet or zip"
    )
    return parser


def _add_test(commands: Subparsers) -> None:
    parser = _command(
        commands,
        "test",
        "compare protein levels between visits of the same patients",
        "test plasma.xlsx --samples samples.csv --contrast C2D1:C1D1 --contrast C1D15:C1D1",
    )
    parser.add_argument(
        "--samples", required=True, metavar="FILE", help="table with SampleID, Subject and Visit"
    )
    parser.add_argument(
        "--contrast",
        required=True,
        action="extend",
        nargs="+",
        metavar="A:B",
        help="visit A minus visit B; may be repeated",
    )
    parser.add_argument(
        "--model", choices=MODELS, default="mixed", help="how patients are kept (default: mixed)"
    )
    parser.add_argument(
        "--level", type=float, default=0.95, metavar="L", help="two-sided level (default: 0.95)"
    )
    parser.add_argument(
        "--without-warned", action="store_true", help="leave out samples with a quality warning"
    )
    parser.add_argument("--out", metavar="FILE.csv", help="write every row there")
    parser.add_argument("--figure", metavar="FILE", help=f"a volcano per contrast, {BOTH}")


def _add_quality(commands: Subparsers) -> None:
    parser = _command(
        commands,
        "quality",
        "say what is low, warned, outlying or uneven in an export",
        "quality plasma.xlsx --samples samples.csv",
    )
    parser.add_argument(
        "--samples", required=True, metavar="FILE", help="table with SampleID, Subject and Visit"
    )
    parser.add_argument("--figure", metavar="FILE", help=f"draw it, {BOTH}")


def _add_heatmap(commands: Subparsers) -> None:
    parser = _command(
        commands,
        "heatmap",
        "draw all proteins by sample, clustered as pheatmap does",
        "heatmap plasma.xlsx --samples samples.csv --reference C1D1 --out changes.svg",
        "npx_displays",
    )
    parser.add_argument(
        "--samples",
        metavar="FILE",
        help="table with SampleID, Subject, Visit and, if known, Response; needed for changes",
    )
    parser.add_argument("--out", required=True, metavar="FILE", help=f"the picture, {BOTH}")
    parser.add_argument(
        "--of",
        choices=("changes", "values"),
        help="what is drawn (default: changes, or values without --samples)",
    )
    parser.add_argument(
        "--reference", default="C1D1", metavar="VISIT", help="changes are from it (default: C1D1)"
    )
    parser.add_argument(
        "--scale",
        choices=SCALES,
        help="bring to mean 0 and standard deviation 1 (default: none; rows for values)",
    )
    parser.add_argument(
        "--distance", choices=DISTANCES, default="euclidean", help="(default: euclidean)"
    )
    parser.add_argument(
        "--linkage", choices=LINKAGES, default="complete", help="(default: complete)"
    )
    parser.add_argument(
        "--clusters", type=whole_number, metavar="K", help="cut both trees into K, in JSON"
    )
