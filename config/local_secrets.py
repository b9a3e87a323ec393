"""Secrets that the embedded start makes for itself and keeps out of the repository."""

import os
import secrets
from pathlib import Path


def load_or_create_secret_key(state_dir: Path) -> str:
    """Return the secret key kept in ``state_dir/secret_key``, creating it at the first start.

    Takes the folder of local state; gives 64 URL-safe characters. Two processes that start together
    get the same key: the file is created exclusively and the loser reads what the winner wrote.

    Raises:
        OSError: the folder cannot be written.
    """
    path = state_dir / "secret_key"
    if not path.exists():
        state_dir.mkdir(parents=True, exist_ok=True)
        draft = state_dir / f"secret_key.{os.getpid()}"
        draft.write_text(secrets.token_urlsafe(48), encoding="ascii")
        draft.chmod(0o600)
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text(encoding="ascii").strip()
