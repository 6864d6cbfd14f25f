"""Kinds of help that can be arranged at any time. Source: CETS 197 Art. 12(1); OSCE/ODIHR NRM Handbook (2022)."""

from opennrm.kernel.text import Sentence, say

HELP: dict[str, Sentence] = {
    "safe_place": say("Safe place to stay"),
    "medical": say("Medical care"),
    "psychological": say("Psychological help"),
    "food_clothing": say("Food, clothing, money"),
    "interpreting": say("Interpreting"),
    "legal_advice": say("Legal advice"),
    "guardian_care": say("Care of a child"),
    "work_school": say("Work, school or training"),
    "return_home": say("Safe return home"),
    "other": say("Other help"),
}
