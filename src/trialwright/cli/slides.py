"""`trialwright slides ...`: what can be measured on one image alone, with an example each."""

from trialwright.cli.declare import Parser, Subparsers, declare, whole_number

COMPARTMENTS = ("nucleus", "ring", "cell")
SPECIMENS = ("archival", "biopsy", "surgical")


def add_slides_commands(subparsers: Subparsers) -> None:
    """Add `slides` and its commands to a parser; each sets `run`, which returns the exit code."""
    parser = subparsers.add_parser(
        "slides",
        help="tissue: cells and densities on one slide image",
        description="Stained tissue, measured on one slide or flat picture alone.",
    )
    commands = parser.add_subparsers(dest="slides_command", metavar="COMMAND", required=True)
    _add_measure(commands)
    _add_tls(commands)


def _command(
    commands: Subparsers, name: str, help_text: str, example: str, module: str = "slides_answers"
) -> Parser:
    """Add one command that reads an image and writes into a folder."""
    answer = f"{module}:answer_{name}"
    parser = declare(commands, name, help_text, f"slides {example}", answer)
    parser.add_argument(
        "image", metavar="IMAGE", help="SVS, OME-TIFF, QPTIFF, TIFF, NDPI, MRXS, DICOM, PNG or JPEG"
    )
    parser.add_argument(
        "--pixel-size-um",
        type=float,
        metavar="X",
        help="side of a pixel in um, where the file does not say it",
    )
    parser.add_argument("--out", required=True, metavar="DIR", help="folder for what is written")
    return parser


def _add_measure(commands: Subparsers) -> None:
    parser = _command(
        commands,
        "measure",
        "count cells and positive cells of a stain",
        "measure biopsy.svs --stain CD8 --out biopsy_cd8",
    )
    parser.add_argument("--stain", required=True, metavar="NAME", help="marker: CD8, Ki67, ...")
    parser.add_argument(
        "--workers", type=whole_number, default=1, metavar="N", help="processes (default: 1)"
    )
    parser.add_argument(
        "--compartment", choices=COMPARTMENTS, help="where the marker is, if not commonly known"
    )
    parser.add_argument(
        "--cut-od",
        type=float,
        metavar="OD",
        help="least optical density of a positive cell (default: from the slide's own cells)",
    )
    parser.add_argument(
        "--qupath",
        nargs="*",
        metavar="NAME=VALUE",
        help="as QuPath's positive cell detection, with its parameters by name, such as "
        "sigmaMicrons=2 thresholdPositive1=0.2; none: its defaults",
    )
    parser.add_argument(
        "--tile-px",
        type=whole_number,
        default=2048,
        metavar="PX",
        help="side of a tile; changes memory and speed, never the result (default: 2048)",
    )


def _add_tls(commands: Subparsers) -> None:
    parser = _command(
        commands,
        "tls",
        "propose tertiary lymphoid structures on a slide of CD3, CD20 and CD23",
        "tls screening.svs --rule tls_rule.yaml --out screening_tls",
        "slides_tls",
    )
    parser.add_argument(
        "--rule", metavar="FILE", help="YAML with the rule's parameters (default: docs/protocol.md)"
    )
    parser.add_argument(
        "--chromogen",
        action="extend",
        nargs="+",
        metavar="MARKER=COLOR",
        help="which color marks what (default: CD3=green CD20=purple CD23=dab)",
    )
    parser.add_argument(
        "--specimen", choices=SPECIMENS, help="absence in a biopsy says less, and is marked so"
    )
