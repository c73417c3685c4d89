"""The criteria of eligibility in words, as the tables print them."""

from collections.abc import Callable, Mapping
from typing import Any

from trialwright.protocol import eligibility as rules


def _join(values: Any, last: str = "or") -> str:
    words = [getattr(value, "value", str(value)) for value in values]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"


_WORDS: Mapping[type[rules.Criterion], Callable[[Any], str]] = {
    rules.HistologyConfirmed: lambda r: f"Histologically confirmed {r.of}",
    rules.DiseaseExtent: lambda r: f"Disease {_join(r.any_of)}",
    rules.AgeAtLeast: lambda r: f"Age of at least {r.years} years",
    rules.ProgressionWithin: lambda r: f"Progression within {r.months} months before entry",
    rules.EcogAtMost: lambda r: f"ECOG performance status of at most {r.value}",
    rules.LifeExpectancyOver: lambda r: f"Life expectancy over {r.months} months",
    rules.MeasurableLesion: lambda r: (
        "Measurable lesion" + (" outside irradiated fields" if r.outside_irradiated_field else "")
    ),
    rules.TlsStatusRule: lambda r: (
        "No "
        + (
            "mature tertiary lymphoid structures"
            if rules.TlsStatus.TLS not in r.exclude
            else "tertiary lymphoid structures"
        )
    ),
    rules.InjectableLesion: lambda r: f"Injectable lesion of at least {r.diameter_mm:g} mm",
    rules.Washout: lambda r: f"{r.weeks:g} weeks since earlier treatment",
    rules.OrganFunction: lambda r: f"Adequate {_join(r.systems, 'and')} function",
    rules.PregnancyTestNegative: lambda r: f"Negative pregnancy test ({r.of})",
    rules.ContraceptionAgreed: lambda r: (
        f"Contraception until {r.until_months_after_treatment} months after treatment agreed"
    ),
    rules.NoConcomitant: lambda _: "None of the listed medications",
    rules.InformedConsent: lambda r: f"Informed consent before {r.before}",
    rules.OtherCriterion: lambda r: str(r.text),
}


def describe_criterion(rule: rules.Criterion) -> str:
    """Return a criterion in words: the protocol's own label, or what its parameters say.

    Examples
    --------
    >>> describe_criterion(rules.AgeAtLeast(rule="age_at_least", years=18))
    'Age of at least 18 years'
    """
    return rule.label or _WORDS[type(rule)](rule)
