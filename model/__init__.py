"""What a stance model is: its labels, the two sides and their mirror, the encoder, the artifact on disk."""
