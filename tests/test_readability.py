"""What cannot be read is marked, and English is not marked."""

import numpy as np
import pytest

from wirestance.inference.prediction import NOT_ENGLISH, NOT_LATIN
from wirestance.training.corpus import load_corpus

OTHER_LANGUAGES = [
    "Les forces azerbaïdjanaises ont repoussé une attaque arménienne",
    "Die aserbaidschanischen Streitkräfte schlugen einen Angriff zurück",
    "Azerbaycan ordusu saldırıyı püskürttü",
    "Azərbaycan ordusu erməni hücumunu dəf etdi",
    "Adrbejan hardzakvets Hayastani vra",
    "Prezident Aliyev pribyl v Bryussel na vstrechu",
    "Le président a parlé hier de la paix.",
    "Les parties se sont mises d'accord sur un échange de prisonniers.",
    "El presidente de Armenia se reunió con su homólogo de Azerbaiyán en Bruselas.",
    "O presidente da Armênia reuniu-se com o do Azerbaijão em Bruxelas.",
    "Il presidente dell'Armenia ha incontrato il suo omologo dell'Azerbaigian a Bruxelles.",
]
OTHER_SCRIPTS = [
    "Азербайджанские силы отразили атаку",
    "Ադրբեջանական ուժերը հետ են մղել գրոհը",
    "قوات أذربيجان تصد هجوما",
]


@pytest.mark.parametrize("text", OTHER_LANGUAGES)
def test_another_language_gets_no_label(shipped, text):
    prediction = shipped.predict(text)
    assert prediction.label is None
    assert prediction.problem == NOT_ENGLISH


@pytest.mark.parametrize("text", OTHER_SCRIPTS)
def test_another_script_gets_no_label_even_when_asked_to_answer(shipped, text):
    prediction = shipped.predict(text, threshold=0)
    assert prediction.label is None
    assert prediction.problem == NOT_LATIN
    assert set(prediction.scores.values()) == {0.0}


def test_english_is_not_marked(shipped):
    texts = [statement.text for statement in load_corpus()[::100]]
    marked = [prediction.problem == NOT_ENGLISH for prediction in shipped.stream(texts, threshold=0.001)]
    assert np.mean(marked) < 0.005


@pytest.mark.parametrize(
    "text",
    [
        "El Pais interviews Pashinyan.",
        "Los Angeles consulate reopens",
        "Pashinyan's interview: Le Monde, page 3",
        "Van der Bellen calls Aliyev",
        "Von der Leyen meets Pashinyan",
    ],
)
def test_a_foreign_name_makes_no_foreign_text(shipped, text):
    assert shipped.predict(text, threshold=0.001).problem != NOT_ENGLISH
