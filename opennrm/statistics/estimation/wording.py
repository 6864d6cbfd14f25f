"""What an analysis says in sentences: the answer, the assumptions, the labels of methods."""

from opennrm.kernel.text import Sentence, say
from opennrm.statistics.estimation.analysis import Analysis
from opennrm.statistics.estimation.estimates import Estimate
from opennrm.statistics.estimation.terms import usual_order
from opennrm.statistics.estimation.words import Words

ASSUMPTIONS = (
    say("All lists describe one population, in one place and one period, that nobody entered or left meanwhile."),
    say("A person on two lists has been recognised as one. Every missed match raises the estimate."),
    say("Everybody on a list belongs to the population."),
    say(
        "The models compared describe how lists depend on one another. Lists that refer people to one another make the "
        "number too low where a model overlooks it; lists that avoid one another make it too high."
    ),
    say("Everybody could have been found. Those whom no list can ever reach are not in the number."),
    say("People are alike in how easily a list finds them. Where they are not, the number tends to be too low."),
)

REFERRALS = say(
    "These lists are the bodies that reported each person first. They refer people to one another by design, so lists "
    "depend on one another and independence makes the number too low."
)

LITERATURE = (
    "Bales, K., Hesketh, O. and Silverman, B. (2015). Modern slavery in the UK: how many victims? Significance 12(3).",
    "Chan, L., Silverman, B. W. and Vincent, K. (2021). Multiple systems estimation for sparse capture data. "
    "Journal of the American Statistical Association 116(535).",
    "Silverman, B. W., Chan, L. and Vincent, K. (2024). Bootstrapping multiple systems estimates to account for model "
    "selection. Statistics and Computing 34:44.",
    "Madigan, D. and York, J. C. (1997). Bayesian methods for estimation of the size of a closed population. "
    "Biometrika 84(1).",
    "Fienberg, S. E. and Rinaldo, A. (2012). Maximum likelihood estimation in log-linear models. "
    "Annals of Statistics 40(2).",
    "Chao, A. (1987). Estimating the population size for capture-recapture data with unequal catchability. "
    "Biometrics 43(4).",
)


def label(estimate: Estimate, analysis: Analysis) -> Sentence:
    """What a method is called, with what it looked at."""
    if estimate.method == "stepwise":
        return say("Pairs of lists added while p < %(p)s", p=f"{analysis.settings.threshold:g}")
    if estimate.method == "average":
        if analysis.average is None:
            return say("Average over patterns of dependence")
        return say("Average over %(n)d patterns of dependence", n=analysis.average.graph_count)
    ranked = analysis.ranked
    if ranked is None or ranked.exhaustive:
        return say("Best of %(n)d models by BIC", n=ranked.candidates if ranked else 0)
    return say("Best model found by BIC (%(n)d tried)", n=ranked.candidates)


def answer(analysis: Analysis, words: Words) -> Sentence:
    """The one sentence that may be published: the range over all methods, rounded, and the persons observed."""
    limits = analysis.range
    if limits is None:
        reasons = [estimate.reason for estimate in analysis.estimates if estimate.reason]
        if analysis.estimability == "no" and reasons:
            return say("No estimate is possible: %(reason)s", reason=reasons[0])
        return say("No interval could be given, and a number without one is not an answer.")
    interval = words.rounded(*limits, analysis.observed)
    given = sum(estimate.interval is not None for estimate in analysis.estimates)
    if given == len(analysis.estimates):
        return say("Estimated population: %(interval)s persons, over all methods shown.", interval=interval)
    return say(
        "Estimated population: %(interval)s persons, over the methods that give an interval (%(n)d of %(all)d).",
        interval=interval,
        n=given,
        all=len(analysis.estimates),
    )


def order_of(analysis: Analysis) -> int:
    """The largest group of lists in a term of the BIC models."""
    return analysis.settings.max_order or usual_order(len(analysis.table.lists))
