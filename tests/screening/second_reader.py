"""The rule read a second time, from what is delivered to a device and from nothing else.

Written as a device would do it: plain dictionaries, no enumerations, no profile. If a vector could not be reproduced
with it, something that a phone needs would be missing from `opennrm.screening.delivery.delivered`.
"""

ORDER = ["strong", "medium", "weak", None]


def positive(strengths):
    strong, medium, weak = (strengths.count(s) for s in ("strong", "medium", "weak"))
    return strong >= 2 or (strong >= 1 and medium + weak >= 1) or medium >= 3 or (medium == 2 and weak >= 1)


def fewest(signs, open_ones):
    for n in range(len(open_ones) + 1):
        if positive([i["strength"] for i in signs + open_ones[:n]]):
            return n
    return 0


def read(delivered, answers, evidence):
    weighted = delivered["policy"] is not None
    dimensions = {}
    for name in delivered["dimensions"]:
        items = [i for i in delivered["indicators"] if i["dimension"] == name and i["counts"] != "never"]
        items.sort(key=lambda i: ORDER.index(i["strength"]))
        given = {i["id"]: answers.get(i["id"], "not_known") for i in items}
        bare = [
            i for i in items if given[i["id"]] == "yes" and i["counts"] == "with evidence" and i["id"] not in evidence
        ]
        signs = [i for i in items if given[i["id"]] == "yes" and i not in bare]
        open_ones = [i for i in items if given[i["id"]] == "not_known" or i in bare]
        answered = sum(a != "not_known" for a in given.values())
        dimensions[name] = one(weighted, signs, open_ones, answered) | {
            "signs": [i["id"] for i in signs],
            "answered": answered,
            "without_evidence": [i["id"] for i in bare],
        }
    combination = combine(delivered["policy"], dimensions) if weighted else None
    return {
        "advice": advice(combination, dimensions),
        "not_known": sum(answers.get(i["id"], "not_known") == "not_known" for i in delivered["indicators"]),
        "weights": delivered["weights"],
        "dimensions": dimensions,
        "combination": combination,
        "open_questions": questions(delivered["policy"], combination, dimensions),
    }


def one(weighted, signs, open_ones, answered):
    if not weighted:
        result = "no_sign_yet" if open_ones else "no_sign"
        result = "signs_present" if signs else result if answered else "not_assessed"
        asks = open_ones if not signs else []
        return {"result": result, "needed": 1 if asks else 0, "questions": [i["id"] for i in asks]}
    needed = fewest(signs, open_ones)
    if positive([i["strength"] for i in signs]):
        result = "positive"
    elif not answered:
        result = "not_assessed"
    else:
        result = "not_positive_yet" if needed else "cannot_become_positive"
    nearer = []
    for i in open_ones:
        rest = [o for o in open_ones if o is not i]
        closes = positive([s["strength"] for s in [*signs, i]])
        if (needed == 1 and closes) or (needed > 1 and fewest([*signs, i], rest) == needed - 1):
            nearer.append(i["id"])
    return {"result": result, "needed": needed, "questions": nearer}


def combine(policy, dimensions):
    groups = {g["id"]: any_of([dimensions[d]["result"] for d in g["any_of"]]) for g in policy["groups"]}
    results = list(groups.values())
    whole = "not_positive_yet"
    if "cannot_become_positive" in results:
        whole = "cannot_become_positive"
    elif len(set(results)) == 1:
        whole = results[0]
    return {"policy": policy["key"], "result": whole, "groups": groups}


def any_of(results):
    for result in ("positive", "not_positive_yet"):
        if result in results:
            return result
    if "not_assessed" not in results:
        return "cannot_become_positive"
    return "not_assessed" if set(results) == {"not_assessed"} else "not_positive_yet"


def advice(combination, dimensions):
    results = [combination["result"]] if combination else [d["result"] for d in dimensions.values()]
    if "positive" in results or "signs_present" in results:
        return "refer_now"
    if combination:
        return "not_by_this_list" if combination["result"] == "cannot_become_positive" else "ask_more"
    return "ask_more" if any(d["questions"] for d in dimensions.values()) else "not_by_this_list"


def questions(policy, combination, dimensions):
    matter = set(dimensions)
    if combination:
        settled = combination["result"] in ("positive", "cannot_become_positive")
        open_groups = [g for g in policy["groups"] if combination["groups"][g["id"]] != "positive"]
        matter = set() if settled else {d for g in open_groups for d in g["any_of"]}
    asking = [(name, d) for name, d in dimensions.items() if name in matter and d["questions"]]
    asking.sort(key=lambda pair: pair[1]["needed"])
    return [[q, name, d["needed"] == 1] for name, d in asking for q in d["questions"]]
