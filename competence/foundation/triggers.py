"""What the database itself sees to, whoever writes: evidence stands, and a changed row of reference data begins an edition."""


def triggers(dialect: str, table: str) -> list[str]:
    """The statements that make the table append-only. Safe to run again."""
    if dialect == "sqlite":
        return [
            statement
            for verb in ("UPDATE", "DELETE")
            for statement in (
                f"DROP TRIGGER IF EXISTS {table}_no_{verb.lower()}",
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END",
            )
        ]
    function = "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ "
    function += "BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    return [
        function,
        f"DROP TRIGGER IF EXISTS {table}_no_change ON {table}",
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        f"DROP TRIGGER IF EXISTS {table}_no_truncate ON {table}",
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    ]


_NEW_EDITION_FUNCTION = """
CREATE OR REPLACE FUNCTION new_edition() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    own int := nullif(current_setting('app.municipality', true), '')::int;
    drawn bigint := floor(random() * 9e18)::bigint;
BEGIN
    IF own IS NULL THEN
        UPDATE edition SET mark = drawn;
    ELSE
        INSERT INTO edition (municipality_id, mark) VALUES (own, drawn)
        ON CONFLICT (municipality_id) DO UPDATE SET mark = excluded.mark;
    END IF;
    RETURN NULL;
END $$
"""
_STANDS = {
    "cell": "SELECT 1 FROM matrix_version v WHERE v.municipality_id = {row}.municipality_id AND v.id = {row}.version_id "
    "AND v.approved_at IS NOT NULL"
}
"""Table -> the query that finds something where a changed row counts. Other rows are a draft's, with a mark of their own."""
_NEW_EDITION_OF = """
CREATE OR REPLACE FUNCTION new_edition_of_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO edition (municipality_id, mark)
    SELECT own, floor(random() * 9e18)::bigint
    FROM (SELECT DISTINCT changed.municipality_id AS own FROM changed WHERE EXISTS ({stands})) AS standing
    ON CONFLICT (municipality_id) DO UPDATE SET mark = excluded.mark;
    INSERT INTO edition (municipality_id, mark, drafts)
    SELECT own, floor(random() * 9e18)::bigint, floor(random() * 9e18)::bigint
    FROM (SELECT DISTINCT changed.municipality_id AS own FROM changed WHERE NOT EXISTS ({stands})) AS drafted
    ON CONFLICT (municipality_id) DO UPDATE SET drafts = excluded.drafts;
    RETURN NULL;
END $$
"""
_NEW_EDITION = "INSERT INTO edition (municipality_id, mark)"
_SAME_ROW = "ON CONFLICT (municipality_id) DO UPDATE SET mark = excluded.mark"
_NEW_DRAFTS = "INSERT INTO edition (municipality_id, mark, drafts)"
_SAME_DRAFTS = "ON CONFLICT (municipality_id) DO UPDATE SET drafts = excluded.drafts"
_VERBS = (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD"))


def edition_triggers(dialect: str, table: str) -> list[str]:
    """The statements by which a changed row of the table begins a new edition. Safe to run again.

    An edition's mark is drawn at random and never counted up: one that was rolled back must not come again.
    """
    stands = _STANDS.get(table)
    if dialect == "sqlite":
        own = "id" if table == "municipality" else "municipality_id"
        made: list[str] = []
        for verb, row in _VERBS:
            if (table, verb) == ("municipality", "DELETE"):
                continue
            counts = stands.format(row=row) if stands else ""
            name = f"{table}_edition_{verb.lower()}"
            made += _sqlite_trigger(
                name, f"{verb} ON {table}{f' WHEN EXISTS ({counts})' if counts else ''}",
                f"{_NEW_EDITION} VALUES ({row}.{own}, random()) {_SAME_ROW}",
            )  # fmt: skip
            if counts:
                made += _sqlite_trigger(
                    f"{name}_of_a_draft", f"{verb} ON {table} WHEN NOT EXISTS ({counts})",
                    f"{_NEW_DRAFTS} VALUES ({row}.{own}, random(), random()) {_SAME_DRAFTS}",
                )  # fmt: skip
        return made
    dropped = f"DROP TRIGGER IF EXISTS {table}_edition ON {table}"
    if not stands:
        return [
            _NEW_EDITION_FUNCTION,
            dropped,
            f"CREATE TRIGGER {table}_edition AFTER INSERT OR UPDATE OR DELETE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION new_edition()",
        ]
    made = [_NEW_EDITION_OF.format(table=table, stands=stands.format(row="changed")), dropped]
    for verb, row in _VERBS:
        name = f"{table}_edition_{verb.lower()}"
        made += [
            f"DROP TRIGGER IF EXISTS {name} ON {table}",
            f"CREATE TRIGGER {name} AFTER {verb} ON {table} REFERENCING {row} TABLE AS changed "
            f"FOR EACH STATEMENT EXECUTE FUNCTION new_edition_of_{table}()",
        ]
    return made


def _sqlite_trigger(name: str, on: str, then: str) -> list[str]:
    return [f"DROP TRIGGER IF EXISTS {name}", f"CREATE TRIGGER {name} AFTER {on} BEGIN {then}; END"]
