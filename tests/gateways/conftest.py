"""stripe-mock is a program of Stripe's, built with Go and part of no package: its tests are there for whoever runs one
(`STRIPE_MOCK=http://127.0.0.1:12111 pytest tests/gateways/test_shapes.py`), and are not collected elsewhere."""

from __future__ import annotations

import os

collect_ignore = [] if os.environ.get("STRIPE_MOCK") else ["test_shapes.py"]
