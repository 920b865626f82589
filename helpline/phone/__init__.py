"""The browser telephone: staff ring the helpline as invented callers, by voice or by typing, to learn how it behaves."""
