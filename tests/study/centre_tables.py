"""A small trial as a centre keeps it: three tables with its own columns, and their mapping."""

from pathlib import Path

PROTOCOL = """\
study: {id: CENTRE, title: A small trial, data_cut: 2022-02-28}
treatment_start: first dose of any agent
arms:
  - {id: A, name: Drug, agents: [{name: Drug, dose: 50 mg, start: C1D1}]}
populations:
  enrolled: {all: true}
  safety: {at_least_one_dose_of: any}
assessments:
  tumor: {every_weeks: 6, from: treatment start, window: [-7, 7]}
response: {sd_minimum_days: 35}
endpoints:
  primary: {id: bor, kind: best_response, population: safety}
  secondary:
    - {id: os, kind: time_to_event, variable: overall survival, population: safety, event: death,
       from: treatment start, censor: last contact}
"""
PATIENTS = """\
Patient;Sexe;Âge;Consentement;Inclusion;Décès;Dernier contact;Commentaire
1;H;61;04/01/2021;06/01/2021;;15/12/2021;
2;F;58;11/01/2021;13/01/2021;02/08/2021;02/08/2021;vu en urgence
"""
DOSES = """\
Patient;Début;Fin;Dose
1;11/01/2021;21/02/2021;50
2;18/01/2021;28/02/2021;50
"""
LESIONS = """\
Patient;Lésion;Site;Date S0;Taille S0;Date S6;Taille S6
1;T01;Foie;08/01/2021;3,2;22/02/2021;1,8
1;T02;Poumon;08/01/2021;2,0;22/02/2021;
2;T01;Foie;15/01/2021;4,1;01/03/2021;5,9
"""
MAPPING = """\
dates: DD/MM/YYYY
decimal: comma
codes:
  places: {Foie: LIVER, Poumon: LUNG}
tables:
  - file: patients.csv
    subject: C-{Patient:02}
    ignore: Commentaire
    into:
      - domain: dm
        variables:
          SEX: {column: Sexe, codes: {H: M, F: F}}
          AGE: Âge
          AGEU: {value: YEARS}
          RFICDTC: Consentement
          DTHDTC: Décès
          DTHFL: {column: Décès, codes: {"*": Y}}
          ARMCD: {value: A}
          ARM: {value: Drug}
          SITEID: {value: "01"}
      - domain: ds
        variables:
          "DSTERM, DSDECOD": {value: ENROLLED}
          DSCAT: {value: PROTOCOL MILESTONE}
          DSSTDTC: Inclusion
      - domain: ss
        variables:
          SSTESTCD: {value: SURVSTAT}
          SSTEST: {value: Survival Status}
          "SSORRES, SSSTRESC": {column: Décès, codes: {"*": DEAD}, if_empty: ALIVE}
          SSDTC: Dernier contact
  - file: doses.csv
    subject: C-{Patient:02}
    into:
      - domain: ex
        variables:
          EXTRT: {value: Drug}
          EXDOSE: Dose
          EXDOSU: {value: mg}
          EXSTDTC: Début
          EXENDTC: Fin
  - file: lesions.csv
    subject: C-{Patient:02}
    into:
      - domain: tu
        variables:
          TULNKID: Lésion
          TUTESTCD: {value: TUMIDENT}
          TUTEST: {value: Tumor Identification}
          "TUORRES, TUSTRESC": {value: TARGET}
          TULOC: {column: Site, codes_of: places}
          TUEVAL: {value: INVESTIGATOR}
          VISITNUM: {value: "1"}
          TUDTC: Date S0
      - domain: tr
        for_each:
          - {s: S0, VISIT: SCREENING, VISITNUM: "1"}
          - {s: S6, VISIT: WEEK 6, VISITNUM: "2"}
        needs: Taille {s}
        variables:
          TRLNKID: Lésion
          TRGRPID: {value: TARGET}
          TRTESTCD: {value: LDIAM}
          TRTEST: {value: Longest Diameter}
          "TRORRES, TRSTRESC, TRSTRESN": {column: "Taille {s}", unit: cm, to: mm}
          "TRORRESU, TRSTRESU": {value: mm}
          TREVAL: {value: INVESTIGATOR}
          VISIT: {value: "{VISIT}"}
          VISITNUM: {value: "{VISITNUM}"}
          TRDTC: Date {s}
"""


def write_centre(folder: Path, **files: str) -> Path:
    """Write the study; a keyword such as patients_csv replaces that file."""
    texts = {
        "protocol.yaml": PROTOCOL,
        "data/mapping.yaml": MAPPING,
        "data/patients.csv": PATIENTS,
        "data/doses.csv": DOSES,
        "data/lesions.csv": LESIONS,
    }
    by_name = {Path(name).name.replace(".", "_"): name for name in texts}
    for name, text in files.items():
        texts[by_name[name]] = text
    for name, text in texts.items():
        path = folder / "centre" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder / "centre"
