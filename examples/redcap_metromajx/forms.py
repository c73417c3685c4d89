"""The instruments of the REDCap project: their fields, and the rows that the SDTM tables make."""

from collections.abc import Iterator

from make_data import (
    CRITERIA,
    CRITERIA_LABELS,
    GROUPS,
    READERS,
    RESPONSES,
    SIDES,
    SITE_CODES,
    TESTS,
    VITAL_FIELDS,
    VITALS,
    YES_NO,
    Field,
    Row,
    boxes,
    code,
    day,
    first,
    french_date,
    in_cm,
    name_visit,
    pick,
    read,
    text,
    yes_no,
)  # fmt: skip

Entry = tuple[str, dict[str, str]]
"""Subject, and field to value."""

ARMS = {"A": ("Bras A", "A")}
GRADES = {"2": ("2", "2"), "3": ("3", "3"), "9": ("Inconnu", "Unknown")}
STAGES = {"1": ("Localement avancé", "Locally advanced"), "2": ("Métastatique", "Metastatic")}
STOPS = {"1": ("Progression", "PROGRESSIVE DISEASE"), "2": ("Retrait", "WITHDRAWAL BY SUBJECT")}
EXITS = {
    "1": ("Décès", "DEATH"), "2": ("Échec de sélection", "SCREEN FAILURE"),
    "3": ("Retrait", "WITHDRAWAL BY SUBJECT"),
}  # fmt: skip
CAUSES = {"1": ("Progression de la maladie", "DISEASE PROGRESSION")}
PRODUCTS = {
    "1": ("Cyclophosphamide", "Cyclophosphamide"), "2": ("JX-594", "JX-594"),
    "3": ("Avélumab", "Avelumab"),
}  # fmt: skip
ACTIONS = {
    "1": ("Dose inchangée", "DOSE NOT CHANGED"), "2": ("Interruption", "DRUG INTERRUPTED"),
    "3": ("Sans objet", "NOT APPLICABLE"),
}  # fmt: skip
RELATED = {"1": ("Lié", "RELATED"), "0": ("Non lié", "NOT RELATED")}
OTHER_CAUSES = {"1": ("Maladie étudiée", "DISEASE UNDER STUDY")}
OUTCOMES = {
    "1": ("Guéri", "RECOVERED/RESOLVED"), "2": ("Non guéri", "NOT RECOVERED/NOT RESOLVED"),
}  # fmt: skip
MEDICATIONS = {
    "1": ("Traitement antérieur", "PRIOR ANTICANCER THERAPY"),
    "2": ("Traitement concomitant", "CONCOMITANT MEDICATION"),
    "3": ("Traitement ultérieur", "SUBSEQUENT ANTICANCER THERAPY"),
}  # fmt: skip
PROCEDURES = {
    "1": ("Exérèse", "Resection of primary tumor"), "2": ("Biopsie", "Tumor biopsy"),
    "3": ("Radiothérapie", "External beam radiotherapy"),
}  # fmt: skip
SAMPLES = {"1": ("Plasma", "PLASMA"), "2": ("Tissu", "TISSUE")}
TISSUE_TESTS = {"1": ("TLS", "TLS"), "2": ("CD8 (%)", "CD8PCT")}
STATUSES = {"1": ("Vivant", "ALIVE"), "2": ("Décédé", "DEAD")}
STATES = {
    "1": ("Présente", "PRESENT"), "2": ("Équivoque", "EQUIVOCAL"),
    "3": ("Certaine", "UNEQUIVOCAL"), "4": ("Progression certaine", "UNEQUIVOCAL PROGRESSION"),
}  # fmt: skip
MEASURES = {"1": ("Grand axe", "LDIAM"), "2": ("Petit axe", "LPERP")}
TOO_SMALL = "trop petite"


def visit_fields(prefix: str) -> list[Field]:
    """Return the two fields that say at which visit a row was made."""
    return [text(f"{prefix}_visite", "Visite"), text(f"{prefix}_no_visite", "N° de visite")]


def visit_of(prefix: str, row: Row) -> dict[str, str]:
    """Return the visit of a row under those fields."""
    return {f"{prefix}_visite": name_visit(row["VISIT"]), f"{prefix}_no_visite": row["VISITNUM"]}


def reader_of(prefix: str, domain: str, row: Row) -> dict[str, str]:
    """Return who read the images of a row, and whether that read was kept."""
    accepted = "1" if row[f"{domain}ACPTFL"] == "Y" else "0"
    return {
        f"{prefix}_lecteur": code(READERS, row[f"{domain}EVALID"]),
        f"{prefix}_retenue___1": accepted,
    }


INCLUSION = [
    text("centre", "Centre"), day("date_consentement", "Date du consentement"),
    text("age", "Âge (années)"), pick("sexe", "Sexe", {"1": ("Homme", "M"), "2": ("Femme", "F")}),
    pick("bras", "Bras", ARMS), day("date_inclusion", "Date d'inclusion"),
    day("date_debut_ttt", "Début du traitement"), day("date_fin_ttt", "Fin du traitement"),
    day("date_fin_etude", "Fin de participation"),
    boxes("criteres", "Critères non respectés", CRITERIA_LABELS),
    day("date_criteres", "Date de la revue des critères"),
    text("histologie", "Type histologique"),
    text("date_diagnostic", "Date du diagnostic (JJ/MM/AAAA)"),
    pick("grade", "Grade FNCLCC", GRADES), pick("stade", "Stade", STAGES),
    day("date_progression", "Progression documentée"),
    pick("arret_motif", "Motif d'arrêt du traitement", STOPS), text("arret_texte", "Précision"),
    day("arret_date", "Date d'arrêt"),
    pick("sortie_motif", "Motif de sortie", EXITS), text("sortie_texte", "Précision"),
    day("sortie_date", "Date de sortie"),
    yes_no("deces", "Décès"), day("date_deces", "Date du décès"),
    pick("cause_deces", "Cause du décès", CAUSES), text("commentaire", "Commentaire libre"),
]  # fmt: skip


def inclusion() -> Iterator[Entry]:
    """Yield the rows of the instrument inclusion."""
    ds, mh, supp, ie, dd = (read(name) for name in ("ds", "mh", "suppmh", "ie", "dd"))
    for dm in read("dm"):
        subject = dm["USUBJID"]
        stop = first(ds, USUBJID=subject, DSSCAT="STUDY TREATMENT")
        leave = first(ds, USUBJID=subject, DSSCAT="STUDY PARTICIPATION")
        diagnosis = first(mh, USUBJID=subject, MHCAT="PRIMARY DIAGNOSIS")
        progression = first(mh, USUBJID=subject, MHCAT="DISEASE HISTORY")
        unmet = first(ie, USUBJID=subject)
        qualifiers = {row["QNAM"]: row["QVAL"] for row in supp if row["USUBJID"] == subject}
        yield subject, {
            "centre": dm["SITEID"], "date_consentement": dm["RFICDTC"], "age": dm["AGE"],
            "sexe": {"M": "1", "F": "2"}[dm["SEX"]], "bras": dm["ARMCD"],
            "date_inclusion": first(ds, USUBJID=subject, DSDECOD="ENROLLED").get("DSSTDTC", ""),
            "date_debut_ttt": dm["RFSTDTC"], "date_fin_ttt": dm["RFENDTC"],
            "date_fin_etude": dm["RFPENDTC"],
            **{
                f"criteres___{box}": str(int(unmet.get("IETESTCD") == test))
                for box, test in CRITERIA.items()
            },
            "date_criteres": unmet.get("IEDTC", ""), "histologie": diagnosis["MHTERM"],
            "date_diagnostic": french_date(diagnosis["MHSTDTC"]),
            "grade": code(GRADES, qualifiers.get("TUMGRADE", "")),
            "stade": code(STAGES, qualifiers.get("STAGE", "")),
            "date_progression": progression.get("MHSTDTC", ""),
            "arret_motif": code(STOPS, stop.get("DSDECOD", "")),
            "arret_texte": stop.get("DSTERM", ""),
            "arret_date": stop.get("DSSTDTC", ""),
            "sortie_motif": code(EXITS, leave.get("DSDECOD", "")),
            "sortie_texte": leave.get("DSTERM", ""), "sortie_date": leave.get("DSSTDTC", ""),
            "deces": "1" if dm["DTHFL"] else "0", "date_deces": dm["DTHDTC"],
            "cause_deces": code(CAUSES, first(dd, USUBJID=subject).get("DDSTRESC", "")),
        }  # fmt: skip


VISITES = [
    *visit_fields("vis"), day("vis_debut", "Début"), day("vis_fin", "Fin"),
    text("vis_motif", "Motif d'une visite hors calendrier"),
    *(text(name, f"{name.replace('_', ' ').capitalize()}") for name in VITAL_FIELDS),
    pick("oms", "Indice OMS", {key: (key, key) for key in "012"}),
]  # fmt: skip


def visites() -> Iterator[Entry]:
    """Yield the rows of the instrument visites."""
    vs = {(r["USUBJID"], r["VISITNUM"], r["VSTESTCD"]): r["VSORRES"] for r in read("vs")}
    qs = {(r["USUBJID"], r["VISITNUM"]): r["QSORRES"] for r in read("qs")}
    for sv in read("sv"):
        key = (sv["USUBJID"], sv["VISITNUM"])
        is_seen = any((*key, test) in vs for test in VITALS)
        empty = "ND" if is_seen else ""  # a missing data code of the project: not done
        measured = {
            name: vs.get((*key, test), empty)
            for name, test in zip(VITAL_FIELDS, VITALS, strict=True)
        }
        yield sv["USUBJID"], {
            **visit_of("vis", sv), "vis_debut": sv["SVSTDTC"], "vis_fin": sv["SVENDTC"],
            "vis_motif": sv["SVUPDES"], **measured, "oms": qs.get(key, ""),
        }  # fmt: skip


LAB_PARTS = ("", "_min", "_max", "_ind")
INDICATORS = {"B": ("Bas", "LOW"), "N": ("Normal", "NORMAL"), "H": ("Haut", "HIGH")}
BIOLOGIE = [
    *visit_fields("bio"), day("bio_date", "Date du prélèvement"),
    *(
        pick(f"{test.lower()}_ind", f"{test} : position", INDICATORS) if part == "_ind"
        else text(f"{test.lower()}{part}", f"{test} {part.strip('_')}".strip())
        for test in TESTS for part in LAB_PARTS
    ),
    text("hcg", "Bêta-hCG"),
]  # fmt: skip


def biologie() -> Iterator[Entry]:
    """Yield the rows of the instrument biologie."""
    by_visit: dict[tuple[str, str], dict[str, Row]] = {}
    for row in read("lb"):
        by_visit.setdefault((row["USUBJID"], row["VISITNUM"]), {})[row["LBTESTCD"]] = row
    for (subject, _), tests in by_visit.items():
        some = next(iter(tests.values()))
        filled = {**visit_of("bio", some), "bio_date": some["LBDTC"]}
        for test in TESTS:
            name, row = test.lower(), tests.get(test, {})
            filled[name] = row.get("LBORRES") or "-999"
            filled[f"{name}_min"], filled[f"{name}_max"] = (
                row.get("LBORNRLO", ""),
                row.get("LBORNRHI", ""),
            )
            filled[f"{name}_ind"] = code(INDICATORS, row.get("LBNRIND", "")) if row else ""
        yield subject, filled | {"hcg": tests.get("HCG", {}).get("LBORRES", "")}


ADMINISTRATIONS = [
    pick("ex_produit", "Produit", PRODUCTS), text("ex_dose", "Dose"), day("ex_debut", "Début"),
    day("ex_fin", "Fin"), text("ex_lesion", "Lésion injectée"),
    pick("ex_site", "Site de la lésion", SITE_CODES), pick("ex_cote", "Côté", SIDES),
    text("ex_volume", "Volume (mL)"),
    boxes("ex_reaction", "Adaptation", ["Réaction à la perfusion"]),
]  # fmt: skip


def administrations() -> Iterator[Entry]:
    """Yield the rows of the instrument administrations."""
    for ex in read("ex"):
        yield ex["USUBJID"], {
            "ex_produit": code(PRODUCTS, ex["EXTRT"]), "ex_dose": ex["EXDOSE"],
            "ex_debut": ex["EXSTDTC"], "ex_fin": ex["EXENDTC"], "ex_lesion": ex["EXLNKID"],
            "ex_site": code(SITE_CODES, ex["EXLOC"]), "ex_cote": code(SIDES, ex["EXLAT"]),
            "ex_volume": ex["EXVAMT"], "ex_reaction___1": "1" if ex["EXADJ"] else "0",
        }  # fmt: skip


EVENEMENTS = [
    text("ae_terme", "Terme"), text("ae_classe", "Classe d'organe"),
    text("ae_grade", "Grade CTCAE"),
    day("ae_debut", "Début"), day("ae_fin", "Fin"), yes_no("ae_grave", "Événement grave"),
    boxes("ae_critere", "Critère de gravité", ["Hospitalisation", "Décès"]),
    pick("ae_action", "Action sur le traitement", ACTIONS), pick("ae_lien", "Lien", RELATED),
    pick("ae_autre_cause", "Autre cause", OTHER_CAUSES),
    pick("ae_evolution", "Évolution", OUTCOMES),
]  # fmt: skip


def evenements() -> Iterator[Entry]:
    """Yield the rows of the instrument evenements."""
    for ae in read("ae"):
        yield ae["USUBJID"], {
            "ae_terme": ae["AETERM"], "ae_classe": ae["AEBODSYS"], "ae_grade": ae["AETOXGR"],
            "ae_debut": ae["AESTDTC"], "ae_fin": ae["AEENDTC"],
            "ae_grave": code(YES_NO, ae["AESER"]),
            "ae_critere___1": code(YES_NO, ae["AESHOSP"]),
            "ae_critere___2": code(YES_NO, ae["AESDTH"]),
            "ae_action": code(ACTIONS, ae["AEACN"]), "ae_lien": code(RELATED, ae["AEREL"]),
            "ae_autre_cause": code(OTHER_CAUSES, ae["AERELNST"]),
            "ae_evolution": code(OUTCOMES, ae["AEOUT"]),
        }  # fmt: skip


LESIONS = [
    text("les_numero", "Lésion"), pick("les_lecteur", "Lecteur", READERS),
    boxes("les_retenue", "Lecture", ["Retenue"]), pick("les_groupe", "Groupe", GROUPS),
    pick("les_site", "Site", SITE_CODES), pick("les_cote", "Côté", SIDES),
    yes_no("les_injectee", "Lésion injectée"), *visit_fields("les"),
    day("les_date", "Date du scanner"),
]  # fmt: skip


def lesions() -> Iterator[Entry]:
    """Yield the rows of the instrument lesions."""
    injected = {(r["USUBJID"], r["IDVARVAL"]) for r in read("supptu")}
    for tu in read("tu"):
        yield tu["USUBJID"], {
            "les_numero": tu["TULNKID"], **reader_of("les", "TU", tu),
            "les_groupe": code(GROUPS, tu["TUSTRESC"]), "les_site": code(SITE_CODES, tu["TULOC"]),
            "les_cote": code(SIDES, tu["TULAT"]), **visit_of("les", tu), "les_date": tu["TUDTC"],
            "les_injectee": "1" if (tu["USUBJID"], tu["TUSEQ"]) in injected else "",
        }  # fmt: skip


MESURES = [
    text("mes_lesion", "Lésion"), pick("mes_lecteur", "Lecteur", READERS),
    boxes("mes_retenue", "Lecture", ["Retenue"]), pick("mes_groupe", "Groupe", GROUPS),
    *visit_fields("mes"), day("mes_date", "Date du scanner"),
    text("mes_grand_axe", "Grand axe (cm)"), text("mes_petit_axe", "Petit axe (cm)"),
    pick("mes_etat", "État (non cible, nouvelle)", STATES),
    pick("mes_non_fait", "Mesure non faite", MEASURES), text("mes_raison", "Raison"),
]  # fmt: skip


def mesures() -> Iterator[Entry]:
    """Yield the rows of the instrument mesures."""
    names = {"LDIAM": "mes_grand_axe", "LPERP": "mes_petit_axe"}
    rows: dict[tuple[str, ...], dict[str, str]] = {}
    for tr in read("tr"):
        key = tuple(tr[n] for n in ("USUBJID", "TREVALID", "VISITNUM", "TRLNKID"))
        row = rows.setdefault(key, {
            "mes_lesion": tr["TRLNKID"], **reader_of("mes", "TR", tr), **visit_of("mes", tr),
            "mes_groupe": code(GROUPS, tr["TRGRPID"]), "mes_date": tr["TRDTC"],
        })  # fmt: skip
        if tr["TRSTAT"]:
            row |= {"mes_non_fait": code(MEASURES, tr["TRTESTCD"]), "mes_raison": tr["TRREASND"]}
        elif tr["TRTESTCD"] in names:
            is_small = tr["TRORRES"] == "TOO SMALL TO MEASURE"
            row[names[tr["TRTESTCD"]]] = TOO_SMALL if is_small else in_cm(tr["TRORRES"])
        else:
            row["mes_etat"] = code(STATES, tr["TRORRES"])
    for key, row in rows.items():
        yield key[0], row


REPONSES = [
    pick("rep_lecteur", "Lecteur", READERS), boxes("rep_retenue", "Lecture", ["Retenue"]),
    *visit_fields("rep"), day("rep_date", "Date du scanner"),
    *(pick(name, label, RESPONSES) for name, label in (
        ("rep_cibles", "Lésions cibles"), ("rep_non_cibles", "Lésions non cibles"),
        ("rep_nouvelles", "Nouvelles lésions"), ("rep_globale", "Réponse globale"),
    )),
]  # fmt: skip
RESPONSE_FIELDS = {
    "TRGRESP": "rep_cibles", "NTRGRESP": "rep_non_cibles", "NEWLPROG": "rep_nouvelles",
    "OVRLRESP": "rep_globale",
}  # fmt: skip


def reponses() -> Iterator[Entry]:
    """Yield the rows of the instrument reponses."""
    rows: dict[tuple[str, ...], dict[str, str]] = {}
    for rs in read("rs"):
        key = (rs["USUBJID"], rs["RSEVALID"], rs["VISITNUM"])
        known = {**reader_of("rep", "RS", rs), **visit_of("rep", rs), "rep_date": rs["RSDTC"]}
        row = rows.setdefault(key, known)
        row[RESPONSE_FIELDS[rs["RSTESTCD"]]] = code(RESPONSES, rs["RSSTRESC"])
    for key, row in rows.items():
        yield key[0], row


ANTECEDENTS = [
    text("ant_terme", "Antécédent"),
    day("ant_debut", "Depuis"),
    day("ant_date", "Recueil"),
]


def antecedents() -> Iterator[Entry]:
    """Yield the rows of the instrument antecedents."""
    for mh in read("mh"):
        if mh["MHCAT"] == "MEDICAL HISTORY":
            yield (
                mh["USUBJID"],
                {"ant_terme": mh["MHTERM"], "ant_debut": mh["MHSTDTC"], "ant_date": mh["MHDTC"]},
            )


TRAITEMENTS = [
    pick("cm_type", "Type", MEDICATIONS), text("cm_ligne", "Ligne"), text("cm_nom", "Médicament"),
    text("cm_dci", "DCI codée"),
    text("cm_indication", "Indication"), day("cm_debut", "Début"), day("cm_fin", "Fin"),
]  # fmt: skip


def traitements() -> Iterator[Entry]:
    """Yield the rows of the instrument traitements."""
    for cm in read("cm"):
        yield cm["USUBJID"], {
            "cm_type": code(MEDICATIONS, cm["CMCAT"]),
            "cm_ligne": cm["CMGRPID"].removeprefix("LINE "),
            "cm_nom": cm["CMTRT"], "cm_dci": cm["CMDECOD"], "cm_indication": cm["CMINDC"],
            "cm_debut": cm["CMSTDTC"], "cm_fin": cm["CMENDTC"],
        }  # fmt: skip


PROCEDURE = [
    pick("pr_type", "Geste", PROCEDURES), pick("pr_site", "Site", SITE_CODES),
    day("pr_debut", "Début"), day("pr_fin", "Fin"),
]  # fmt: skip


def procedures() -> Iterator[Entry]:
    """Yield the rows of the instrument procedures."""
    for pr in read("pr"):
        yield pr["USUBJID"], {
            "pr_type": code(PROCEDURES, pr["PRTRT"]), "pr_site": code(SITE_CODES, pr["PRLOC"]),
            "pr_debut": pr["PRSTDTC"], "pr_fin": pr["PRENDTC"],
        }  # fmt: skip


PRELEVEMENTS = [
    pick("be_type", "Type", SAMPLES), text("be_reference", "Référence"),
    text("be_lesion", "Lésion"),
    pick("be_site", "Site", SITE_CODES), pick("be_cote", "Côté", SIDES), *visit_fields("be"),
    day("be_date", "Date"),
]  # fmt: skip


def prelevements() -> Iterator[Entry]:
    """Yield the rows of the instrument prelevements."""
    for be in read("be"):
        yield be["USUBJID"], {
            "be_type": code(SAMPLES, be["BECAT"]), "be_reference": be["BEREFID"],
            "be_lesion": be["BELNKID"], "be_site": code(SITE_CODES, be["BELOC"]),
            "be_cote": code(SIDES, be["BELAT"]), **visit_of("be", be), "be_date": be["BEDTC"],
        }  # fmt: skip


ANALYSES = [
    pick("bs_examen", "Examen", TISSUE_TESTS), text("bs_reference", "Référence"),
    text("bs_resultat", "Résultat"), boxes("bs_non_fait", "Examen", ["Non fait"]),
    text("bs_raison", "Raison"), *visit_fields("bs"), day("bs_date", "Date"),
]  # fmt: skip


def analyses() -> Iterator[Entry]:
    """Yield the rows of the instrument analyses."""
    for bs in read("bs"):
        yield bs["USUBJID"], {
            "bs_examen": code(TISSUE_TESTS, bs["BSTESTCD"]), "bs_reference": bs["BSREFID"],
            "bs_resultat": bs["BSORRES"], "bs_non_fait___1": "1" if bs["BSSTAT"] else "0",
            "bs_raison": bs["BSREASND"], **visit_of("bs", bs), "bs_date": bs["BSDTC"],
        }  # fmt: skip


SUIVI = [pick("suivi_statut", "Statut", STATUSES), day("suivi_date", "Date des nouvelles")]


def suivi() -> Iterator[Entry]:
    """Yield the rows of the instrument suivi."""
    for ss in read("ss"):
        yield (
            ss["USUBJID"],
            {"suivi_statut": code(STATUSES, ss["SSSTRESC"]), "suivi_date": ss["SSDTC"]},
        )


FORMS = {
    "inclusion": (INCLUSION, inclusion), "visites": (VISITES, visites),
    "biologie": (BIOLOGIE, biologie), "administrations": (ADMINISTRATIONS, administrations),
    "evenements": (EVENEMENTS, evenements), "lesions": (LESIONS, lesions),
    "mesures": (MESURES, mesures), "reponses": (REPONSES, reponses),
    "antecedents": (ANTECEDENTS, antecedents), "traitements": (TRAITEMENTS, traitements),
    "procedures": (PROCEDURE, procedures), "prelevements": (PRELEVEMENTS, prelevements),
    "analyses_tissu": (ANALYSES, analyses), "suivi": (SUIVI, suivi),
}  # fmt: skip
"""Instrument to its fields and its rows; the first one does not repeat."""
