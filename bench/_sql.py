"""The rows of a copy as plain SQL: one INSERT a table, one UPDATE a row that changed."""

from typing import Any

Statement = tuple[str, list[Any]]


def statements(pattern: Any, copy: Any) -> list[Statement]:
    """What a careful hand would write for the same rows. pattern: a `Pattern`; copy: a `Copy` of it."""
    tables: dict[str, list[list[Any]]] = {}
    for table, values in pattern.rows(copy):
        tables.setdefault(table, []).append(values)
    made: list[Statement] = []
    for table, rows in tables.items():
        columns = pattern.columns(table)
        numbered = isinstance(rows[0][0], int)  # the database counts them itself
        if numbered:
            columns, rows = columns[1:], [row[1:] for row in rows]
        marks = ", ".join([f"({', '.join(['%s'] * len(columns))})"] * len(rows))
        names = ", ".join(f'"{column}"' for column in columns)
        made.append((f'INSERT INTO "{table}" ({names}) VALUES {marks}', [value for row in rows for value in row]))
    for table, key, row in pattern.changes(copy):
        sets = ", ".join(f'"{column}" = %s' for column in row)
        made.append((f'UPDATE "{table}" SET {sets} WHERE "{pattern.primary(table)}" = %s', [*row.values(), key]))
    return made
