"""Events that the protocol names, events one by one, and the relation to each agent."""

from datetime import date
from typing import Any

import polars as pl
from small_trial import ONE_ARM, adsl, dataset, recorded

from trialwright.analyze.safety import analyze_adverse_event_overview
from trialwright.analyze.safety_interest import ANY, analyze_interest, analyze_serious
from trialwright.derive.relations import derive_relations

EVENT = {"ASTDT": date(2021, 3, 5), "TRTEMFL": "Y", "AREL": "RELATED", "AESER": "N", "ATOXGR": 1}


def events(*rows: dict[str, Any]) -> pl.DataFrame:
    filled = ({"USUBJID": "01", "ASEQ": n} | EVENT | row for n, row in enumerate(rows, 1))
    return dataset("ADAE", *filled)


def test_terms_of_a_list_count_patients_and_a_list_counts_each_once() -> None:
    adae = events(
        {"AEDECOD": "COLITIS", "ADURN": 3},
        {"AEDECOD": "Pneumonitis", "ATOXGR": 3, "ADURN": 10},
        {"AEDECOD": "Colitis", "USUBJID": "02"},
        {"AEDECOD": "Fever"},
    )
    lists = {"Immune-related": ["Colitis", "Pneumonitis", "Hepatitis"]}
    found = analyze_interest(adae, adsl({}, {}), ONE_ARM, lists)
    counts = [found.count(f"interest.immune_related.{term}.any") for term in
              ("colitis", "pneumonitis", "hepatitis", "any_of_the_list")]  # fmt: skip
    assert counts == [2, 1, 0, 2]
    assert found.count("interest.immune_related.any_of_the_list.severe") == 1
    assert found.value("interest.immune_related.any_of_the_list.days") == 6.5
    assert found.value("interest.immune_related.hepatitis.days") is None
    assert "Any of them" in found.table().to_text()
    assert ANY not in found.table().to_text()


def test_serious_severe_fatal_and_treatment_ending_events_are_listed_with_the_reason() -> None:
    adae = events(
        {"AEDECOD": "Fever"},
        {"AEDECOD": "Chills", "AESER": "Y"},
        {"AEDECOD": "Anemia", "ATOXGR": 4},
        {"AEDECOD": "Sepsis", "ATOXGR": 5, "AESER": "Y"},
        {"AEDECOD": "Rash", "AEACN": "DRUG WITHDRAWN"},
    )
    found = analyze_serious(adae, adsl({}))
    assert dict(found.events.select("AEDECOD", "why").iter_rows()) == {
        "Chills": "serious",
        "Anemia": "grade 3 or higher",
        "Sepsis": "fatal, serious, grade 3 or higher",
        "Rash": "ended a treatment",
    }
    empty = analyze_serious(adae.clear(), adsl({}))
    assert "No such event was recorded." in empty.table().to_text()


def test_the_relation_to_an_agent_is_read_from_its_label_or_its_number() -> None:
    def relation(name: str, label: str, value: str) -> dict[str, str]:
        return {"USUBJID": "01", "IDVAR": "AESEQ", "IDVARVAL": "2", "QNAM": name,
                "QLABEL": label, "QVAL": value}  # fmt: skip

    suppae = recorded(
        relation("AERELJX", "Causality jx-594", "RELATED"),
        relation("AEREL2", "Causality 2", "POSSIBLE"),
        relation("AEREL3", "Causality 3", "NOT RELATED"),
        relation("AETRTEM", "Emergent", "Y"),
    )
    agents = ("JX-594", "Avelumab", "Cyclophosphamide")
    found = derive_relations(suppae, agents)
    assert found.rows() == [("01", 2.0, "JX-594; Avelumab")]
    assert derive_relations(None, agents).is_empty()


def test_the_overview_shows_agents_where_the_relation_was_recorded_by_agent() -> None:
    adae = events({"AEDECOD": "Fever", "RELAGENT": "JX-594; Avelumab"}, {"AEDECOD": "Rash"})
    agents = ("JX-594", "Avelumab", "Cyclophosphamide")
    found = analyze_adverse_event_overview(adae, adsl({}), ONE_ARM, agents)
    counts = [found.count(f"overview.related_to.{name}") for name in
              ("jx_594", "avelumab", "cyclophosphamide")]  # fmt: skip
    assert counts == [1, 1, 0]
    without = analyze_adverse_event_overview(adae.with_columns(RELAGENT=None), adsl({}), ONE_ARM)
    assert without.agents == []
