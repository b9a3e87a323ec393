"""Settings for the tests: everything as in production but for speed and for the temporary places."""

import os
import tempfile
from pathlib import Path

_state = Path(tempfile.gettempdir()) / f"xinxiu-tests-{os.getuid()}"
os.environ.setdefault("STATE_DIR", str(_state))
os.environ.setdefault("SECRET_KEY", "tests-only")
os.environ.setdefault("FONT_DIR", str(Path(__file__).parent.parent / "var" / "fonts"))

from config.settings import *  # noqa: E402, F403
from config.settings import DATABASES, env  # noqa: E402

if env.str("TEST_DATABASE_URL", default=""):
    DATABASES["default"] = env.db_url("TEST_DATABASE_URL")
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
