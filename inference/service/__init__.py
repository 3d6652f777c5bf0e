"""The service: the classifier behind HTTP. Needs the extra `serve`."""
