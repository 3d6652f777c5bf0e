"""Makes and judges a stance model: corpus, split, fit, export, evaluation, card."""
