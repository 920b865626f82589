"""The Blue Vest helpline: calls, services, staff pages. Imports nothing, so no import cycle can start here."""
