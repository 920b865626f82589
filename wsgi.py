"""The only module-level app: what a WSGI server loads (`gunicorn wsgi:app`). Settings come from the environment."""

from __future__ import annotations

import os

from helpline.app import create_app
from helpline.settings import load_settings

app = create_app(load_settings(os.environ))
