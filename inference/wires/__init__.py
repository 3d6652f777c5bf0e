"""Wires: what agencies and outlets send, in the formats they send it in."""
