"""Every life, listed: for the lifecycle document, the permission tests and the words of the timeline."""

from opennrm.identification.rules.appeals import APPEAL
from opennrm.identification.rules.lives import CASE, DECISION
from opennrm.kernel.machine import Machine
from opennrm.kernel.text import Sentence, say
from opennrm.referral.rules import REFERRAL
from opennrm.sites.rules.lives import SITE

MACHINES: tuple[Machine, ...] = (REFERRAL, CASE, DECISION, APPEAL, SITE)

# Permissions that no step needs but a page or an action asks for.
PAGE_PERMISSIONS = frozenset(
    {
        "screening.record",
        "screening.read",
        "profile.read",
        "weights.confirm",
        "referral.status",
        "referral.preview",
        "referral.read",
        "referral.export",
        "hotline.take",
        "hotline.call",
        "hotline.list",
        "worklist.read",
        "clocks.read",
        "on_call.read",
        "on_call.edit",
        "on_call.administer",
        "case.read",
        "opinion.read",
        "decision.read",
        "site.preview",
        "site.read",
        "identity.reveal",
        "figures.read",
        "figures.trace",
        "audit.read",
        "grant.give",
        "case.help",
        "appeal.read",
        "interpreters.read",
        "interpreters.edit",
    }
)
PERMISSIONS = PAGE_PERMISSIONS | frozenset().union(*(machine.permissions() for machine in MACHINES))

# Acts that stop or start clocks and change no state.
NOTED = frozenset(
    {
        "referral.answer",
        "referral.attempt",
        "site.answered",
        "case.participant_informed",
        "case.hand_over",
        "case.join_referral",
        "match.ask",
        "match.answer",
        "decision.safeguard",
        "decision.review",
        "case.help",
        "appeal.reinstate",
        "appeal.decide",
    }
)
VERBS = NOTED | frozenset(
    f"{machine.name}.{action}" for machine in MACHINES for action in (machine.opens_with, *machine.actions())
)

# What happened, in words: the timeline of a case and the notices.
HAPPENED: dict[str, Sentence] = {
    "referral.open": say("Referral begun"),
    "referral.submit": say("Referral sent"),
    "referral.withdraw": say("Referral taken back"),
    "referral.receive": say("Referral received"),
    "referral.acknowledge": say("Referral taken over"),
    "referral.ask": say("Question sent to the sender"),
    "referral.answer": say("The sender answered"),
    "referral.attempt": say("Attempt to make contact"),
    "referral.accept": say("Referral became a case"),
    "referral.link": say("Linked to an open case"),
    "referral.redirect": say("Passed on to other help"),
    "referral.close_unreachable": say("Closed: the person was not reached"),
    "referral.inform_sender": say("The sender was told the outcome"),
    "site.report": say("Site reported"),
    "site.receive": say("Site report received"),
    "site.take_up": say("Site report taken up"),
    "site.meet_first_person": say("First person talked with"),
    "site.begin_talks": say("Decided: people are talked with"),
    "site.decline_talks": say("Decided: nobody is talked with"),
    "site.answered": say("Site report answered"),
    "site.finish": say("Visit ended"),
    "match.ask": say("A colleague asks whether it is the same person"),
    "match.answer": say("The lead of the other file answered"),
    "case.open": say("Case opened"),
    "case.participant_informed": say("A participant was informed"),
    "case.hand_over": say("Case handed over"),
    "case.join_referral": say("Another referral was joined"),
    "case.inform_participants": say("All participants informed"),
    "case.protect_urgently": say("Urgent protection begun"),
    "case.begin_assessment": say("Assessment begun"),
    "case.send_to_panel": say("Case sent to the panel"),
    "case.recognise": say("Support as an identified person"),
    "case.close_not_identified": say("Case closed: not identified"),
    "case.await_appeal": say("Appeal awaited"),
    "case.return_for_assessment": say("Returned for a new assessment"),
    "case.change_on_appeal": say("Decision changed on appeal"),
    "case.reject_on_appeal": say("Appeal rejected"),
    "case.monitor": say("Monitoring begun"),
    "case.support_again": say("Support resumed"),
    "case.complete": say("Case completed"),
    "case.close_at_request": say("Case closed at the person’s request"),
    "case.close_transferred": say("Case closed: transferred abroad"),
    "case.close_deceased": say("Case closed: deceased"),
    "case.reopen_on_new_facts": say("Case reopened on new facts"),
    "case.return_to_support": say("The person returned to support"),
    "case.help": say("Help was arranged"),
    "case.hear_late_appeal": say("A late appeal is looked at"),
    "appeal.open": say("Appeal begun"),
    "appeal.lodge": say("Appeal lodged"),
    "appeal.reinstate": say("Reopening of the period considered"),
    "appeal.complete": say("Appeal complete"),
    "appeal.reject_late": say("Appeal rejected: out of time"),
    "appeal.forward": say("Appeal sent to the second instance"),
    "appeal.correct": say("Decision corrected before the appeal went up"),
    "appeal.grant": say("Appeal granted"),
    "appeal.reject": say("Appeal rejected"),
    "appeal.return": say("Appeal: returned for a new assessment"),
    "appeal.withdraw": say("Appeal withdrawn"),
    "appeal.decide": say("Appeal decided"),
    "decision.hear_late_appeal": say("A late appeal is looked at"),
    "decision.withdraw_appeal": say("Appeal withdrawn"),
    "decision.open": say("Identification begun"),
    "decision.gather": say("Gathering of facts begun"),
    "decision.assign_panel": say("Panel appointed"),
    "decision.give_opinion": say("An opinion was written"),
    "decision.identify": say("Decided: identified"),
    "decision.decline": say("Decided: not identified"),
    "decision.defer": say("Decision deferred"),
    "decision.safeguard": say("Guardian and best interests recorded"),
    "decision.review": say("A second look at the decision"),
    "decision.serve": say("Decision served"),
    "decision.appeal": say("Appeal lodged"),
    "decision.stand_identified": say("Decision final: identified"),
    "decision.stand_not_identified": say("Decision final: not identified"),
    "decision.grant_appeal": say("Appeal granted"),
    "decision.reject_appeal": say("Appeal rejected"),
    "decision.return_appeal": say("Returned for a new assessment"),
    "decision.revoke": say("Identification revoked"),
    "decision.reopen": say("Identification reopened"),
}
# Steps that only repeat what another step of the same moment says.
UNSAID = frozenset({"referral.open", "referral.submit", "decision.open", "decision.gather", "referral.accept"})
