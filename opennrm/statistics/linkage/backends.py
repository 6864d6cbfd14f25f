"""DuckDB and Spark behind one small face: run SQL, define the model's functions, hand Splink its API."""

import contextlib
import copy
import logging
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from opennrm.kernel.errors import SourceProblem

_DUCKDB_FUNCTIONS = (
    "CREATE OR REPLACE MACRO nrm_shared(a, b) AS list_filter(a, lambda x: list_contains(b, x))",
    "CREATE OR REPLACE MACRO nrm_size(a) AS len(a)",
    "CREATE OR REPLACE MACRO nrm_bits(a) AS CAST(coalesce(list_sum(list_transform(a, lambda x: x // 1000000000)), 0) "
    "AS INTEGER)",
    "CREATE OR REPLACE MACRO nrm_alike(a, b) AS coalesce(jaro_winkler_similarity(a, b), 0)",
    "CREATE OR REPLACE MACRO nrm_both(a, b, c, d) AS greatest("
    "least(nrm_alike(a, c), nrm_alike(b, d)), least(nrm_alike(a, d), nrm_alike(b, c)))",
    "CREATE OR REPLACE MACRO nrm_edits(a, b) AS levenshtein(a, b)",
    "CREATE OR REPLACE MACRO nrm_dice(a, b) AS 2.0 * bit_count(CAST(a AS BIT) & CAST(b AS BIT)) / "
    "nullif(bit_count(CAST(a AS BIT)) + bit_count(CAST(b AS BIT)), 0)",
)
_SPARK_FUNCTIONS = (
    "CREATE OR REPLACE TEMPORARY FUNCTION nrm_shared(a ARRAY<BIGINT>, b ARRAY<BIGINT>) RETURNS ARRAY<BIGINT> "
    "RETURN array_intersect(a, b)",
    "CREATE OR REPLACE TEMPORARY FUNCTION nrm_size(a ARRAY<BIGINT>) RETURNS INT RETURN size(a)",
    "CREATE OR REPLACE TEMPORARY FUNCTION nrm_bits(a ARRAY<BIGINT>) RETURNS INT "
    "RETURN coalesce(aggregate(a, 0, (s, x) -> s + CAST(x div 1000000000 AS INT)), 0)",
    "CREATE OR REPLACE TEMPORARY FUNCTION nrm_alike(a STRING, b STRING) RETURNS DOUBLE "
    "RETURN coalesce(jaro_winkler(a, b), 0)",
    "CREATE OR REPLACE TEMPORARY FUNCTION nrm_both(a STRING, b STRING, c STRING, d STRING) RETURNS DOUBLE "
    "RETURN greatest(least(coalesce(jaro_winkler(a, c), 0), coalesce(jaro_winkler(b, d), 0)), "
    "least(coalesce(jaro_winkler(a, d), 0), coalesce(jaro_winkler(b, c), 0)))",
    "CREATE OR REPLACE TEMPORARY FUNCTION nrm_edits(a STRING, b STRING) RETURNS INT RETURN levenshtein(a, b)",
)


class DuckDB:
    """Splink on a DuckDB connection. `mention` and `pair` are tables of that connection."""

    name = "duckdb"
    each = "unnest({})"
    hashed = "hash({})"

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        for statement in _DUCKDB_FUNCTIONS:
            connection.execute(statement)

    def beside(self) -> "DuckDB":
        """The same database for another thread."""
        other = copy.copy(self)
        other.connection = self.connection.cursor()
        return other

    def run(self, sql: str) -> None:
        """Run a statement."""
        self.connection.execute(sql)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Run a query and fetch its rows."""
        return list(self.connection.execute(sql).fetchall())

    def arrow(self, sql: str) -> Any:
        """Run a query and fetch its columns as an Arrow table."""
        return self.connection.sql(sql).to_arrow_table()

    def splink_api(self) -> Any:
        """Splink's own access to this database."""
        from splink import DuckDBAPI

        return DuckDBAPI(self.connection)


class Spark:
    """Splink on Spark, for registers beyond one machine. Tables are temporary views, kept in memory."""

    name = "spark"
    each = "explode({})"
    hashed = "xxhash64({})"

    def __init__(self, session: Any) -> None:
        self.session = session
        self._api = self._register()
        for statement in _SPARK_FUNCTIONS:
            session.sql(statement)

    def _register(self) -> Any:
        from splink import SparkAPI

        api: Any = SparkAPI
        # Kept by Spark, not written as files, which the machines of a cluster would need a common folder for.
        return api(spark_session=self.session, break_lineage_method="persist")

    def run(self, sql: str) -> None:
        """Run a statement. `CREATE TABLE x AS` makes a view that is computed once; `DROP TABLE x` forgets its name."""
        if sql.startswith("DROP TABLE "):
            self.session.catalog.dropTempView(sql.removeprefix("DROP TABLE ").strip())
        elif made := re.match(r"CREATE TABLE (\w+) AS\s+", sql):
            self.session.sql(sql[made.end() :]).cache().createOrReplaceTempView(made[1])
        else:
            self.session.sql(sql)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Run a query and fetch its rows."""
        return [tuple(row) for row in self.session.sql(sql).collect()]

    def arrow(self, sql: str) -> Any:
        """Run a query and fetch its columns as an Arrow table."""
        return self.session.sql(sql).toArrow()

    def take(self, table: str, data: Any) -> None:
        """Bring an Arrow table into Spark under a name."""
        self.session.createDataFrame(data).cache().createOrReplaceTempView(table)

    def splink_api(self) -> Any:
        """Splink's own access to this session."""
        return self._api


@contextlib.contextmanager
def spark_session(memory: str = "4g") -> Iterator[Any]:
    """A Spark session with Splink's functions; quiet, and gone with all it wrote when the block ends.

    It runs on this machine with all its cores, or on the cluster that the variable SPARK_MASTER names. What this
    machine's memory does not hold is people's data on its disk: it lies in a folder of its own, closed to others.
    Raises SourceProblem when pyspark or a Java runtime is missing, or Spark cannot start.
    """
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
        from splink.backends.spark import similarity_jar_location
    except ImportError as error:
        raise SourceProblem(
            "Spark is not installed.", remedy="Install the packages of requirements/spark.lock and a Java runtime."
        ) from error
    _need_java()
    cores = str(max(os.cpu_count() or 2, 2))
    with tempfile.TemporaryDirectory(prefix="opennrm-spark-", ignore_cleanup_errors=True) as place:
        builder = (
            SparkSession.builder.master(os.environ.get("SPARK_MASTER") or f"local[{cores}]")
            .appName("opennrm")
            .config("spark.driver.memory", memory)
            .config("spark.jars", similarity_jar_location())
            .config("spark.sql.warehouse.dir", place)
            .config("spark.local.dir", place)
            .config("spark.ui.enabled", "false")
            .config("spark.ui.showConsoleProgress", "false")
            .config("spark.log.level", "ERROR")
        )
        if not os.environ.get("SPARK_MASTER"):  # a cluster's own settings suit it better
            builder = builder.config("spark.sql.shuffle.partitions", cores).config("spark.default.parallelism", cores)
        try:
            with _no_standard_error():  # the Java process inherits it, and would talk into ours
                session = builder.getOrCreate()
        except PySparkException as error:
            raise SourceProblem(
                "Spark could not be started.",
                remedy="Check that Java 17 or newer runs, and that SPARK_MASTER, if it is set, names a cluster.",
            ) from error
        try:
            session.sparkContext.setLogLevel("OFF")
            yield session
        finally:
            with _no_standard_error():
                session.stop()


def _need_java() -> None:
    home = os.environ.get("JAVA_HOME")
    if not (shutil.which(str(Path(home) / "bin" / "java")) if home else shutil.which("java")):
        raise SourceProblem(
            "Spark needs Java, and none was found" + (" where JAVA_HOME says." if home else "."),
            remedy="Install a Java runtime, 17 or newer (on Debian: apt install openjdk-17-jre-headless).",
        )


@contextlib.contextmanager
def _no_standard_error() -> Iterator[None]:
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep Splink's and its helpers' messages from the user; what matters is said by `quality` in plain words."""
    loggers = [logging.getLogger(name) for name in ("splink", "sqlglot", "py4j", "pyspark")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        finally:
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)
