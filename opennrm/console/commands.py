"""Every command of `opennrm`: its name, where it lives and one line of help.

The table is all that `opennrm --help` reads, so it answers at once; a command's module is imported when it is run.
A command's module holds one Typer function named in the last part.
"""

COMMANDS: dict[str, tuple[str, str]] = {
    "setup": ("opennrm.console.service:setup", "Make keys, tables and static files for a new installation."),
    "serve": ("opennrm.console.service:serve", "Start the service."),
    "demo": ("opennrm.console.service:demo", "Fill an own database with demonstration data, and start it."),
    "tick": ("opennrm.console.service:tick", "Let time act once: missed clocks, signed checkpoint."),
    "agency": ("opennrm.console.agency:app", "Offices and the districts they serve: add, list, change."),
    "account": ("opennrm.console.account:app", "Who works where: add, list, end, post, address, password."),
    "write-lifecycles": ("opennrm.console.lifecycles:write_lifecycles", "Write docs/lifecycles.md from the tables."),
    "estimate": ("opennrm.console.estimate:estimate", "How many were never found: multiple systems estimation."),
    "check": ("opennrm.console.check:check", "Find contradictions in a file of published figures."),
    "protect": ("opennrm.console.protect:protect", "Withhold what would identify someone, jointly over a release."),
    "attack": ("opennrm.console.attack:attack", "Try to work out what a release withholds."),
    "price": ("opennrm.console.price:price", "What of a plan of tables would survive protection."),
    "link": ("opennrm.console.link:link", "Who is the same across the registers of several agencies."),
    "reconcile": ("opennrm.console.reconcile:reconcile", "Explain the difference of two counts, step by step."),
    "encode": (
        "opennrm.console.encode:encode",
        "Encode an agency's names so that registers can be linked without them.",
    ),
    "api-key": ("opennrm.console.api_key:app", "Credentials for other systems: create, list, revoke."),
    "keys": ("opennrm.console.keys:app", "The deployment key: status, rotate, reseal, shares, recover."),
    "erasures": ("opennrm.console.erasures:app", "What is due and was erased; erase a restored backup again."),
    "export-htcds": ("opennrm.console.htcds:export_htcds", "Write referrals as HTCDS 2.0, CSV or XLSX."),
    "import-htcds": ("opennrm.console.htcds:import_htcds", "Take referrals from an HTCDS 2.0 file, CSV or XLSX."),
    "verify-audit": ("opennrm.console.verify_audit:verify_audit", "Prove that the audit trail was not changed."),
    "check-country": ("opennrm.console.check_country:check_country", "Name what is wrong with a country's files."),
    "export-xlsform": ("opennrm.console.export_xlsform:export_xlsform", "Lists of signs as forms for Kobo and ODK."),
    "import-xlsform-answers": (
        "opennrm.console.import_xlsform_answers:import_xlsform_answers",
        "Receive what was answered in Kobo or ODK.",
    ),
    "new-country": ("opennrm.console.new_country:new_country", "Begin a new country from a commented skeleton."),
}
