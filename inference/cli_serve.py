"""The command for the service: `wirestance serve`."""

import click

from wirestance.inference.classifier import StanceClassifier
from wirestance.inference.extras import need
from wirestance.inference.options import loads_a_model
from wirestance.inference.service.limits import Limits

DEFAULTS = Limits()

BATCHES_AT_ONCE = 2
"""Where every core may be used: the end of a batch leaves some of them idle, and the next batch fills them."""

EXAMPLES = """\b
Examples:
  wirestance serve --port 8000
  curl localhost:8000/predict --json '{"texts": ["Azerbaijani forces repelled an attack."]}'
"""


@click.command(epilog=EXAMPLES, short_help="Answer over HTTP.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; 0.0.0.0 for all.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0 takes any free one.")
@click.option("--max-body", type=click.IntRange(1), default=DEFAULTS.body, show_default=True, help="Bytes of a body.")
@click.option(
    "--max-statements",
    type=click.IntRange(1),
    default=DEFAULTS.statements,
    show_default=True,
    help="Statements of one request.",
)
@click.option(
    "--max-queue",
    type=click.IntRange(1),
    default=DEFAULTS.queue,
    show_default=True,
    help="Statements that wait, altogether.",
)
@loads_a_model
def serve(
    classifier: StanceClassifier, host: str, port: int, max_body: int, max_statements: int, max_queue: int
) -> None:
    """Answer over HTTP: POST /predict and /score; GET /health, /ready, /metrics and /openapi.json.

    Requests that arrive together are judged together. SIGTERM and SIGINT finish what was accepted. No text is logged.

    Needs the extra `serve`. Exit codes: 0 after a stop; 1 if it cannot start, such as on a port that is taken; 2 for
    wrong usage.
    """
    if max_queue < max_statements:
        raise click.UsageError(f"--max-queue {max_queue} has no room for --max-statements {max_statements}")
    for module in ("fastapi", "uvicorn", "prometheus_client"):
        need(module, "wirestance serve", "serve")
    from wirestance.inference.service.server import serve as run
    from wirestance.inference.service.service import Service

    at_once = BATCHES_AT_ONCE if classifier.settings.threads is None else 1  # each takes all the threads
    run(Service(classifier, Limits(max_body, max_statements, max_queue), at_once), host, port)
