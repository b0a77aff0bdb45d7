"""Writing a migration from what the models say: `python -m competence.migrations "what changes"`."""

import subprocess
import sys
import tempfile
from pathlib import Path

from alembic import command

from competence.foundation.clock import today
from competence.migrations import _changing, alembic_config, upgrade


def write(message: str) -> Path:
    """The file of a new migration: what the models have and the migrations so far do not."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/empty.db"
        upgrade(url)
        slug = "_".join(message.lower().split()[:5])
        rev_id = f"{today():%Y%m%d}_{slug}"
        with _changing(url, None) as config:
            script = command.revision(config, message=message, autogenerate=True, rev_id=rev_id)
    path = Path(script.path)  # type: ignore[union-attr]
    target = path.with_name(f"{rev_id}.py")
    path.rename(target)
    subprocess.run([sys.executable, "-m", "ruff", "check", "--quiet", "--fix-only", target], check=False)  # noqa: S603
    subprocess.run([sys.executable, "-m", "ruff", "format", "--quiet", target], check=False)  # noqa: S603
    return target


def main() -> None:
    """Nothing; the migration is written."""
    alembic_config()
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.stdout.write(f"{write(sys.argv[1])}\n")


if __name__ == "__main__":
    main()
