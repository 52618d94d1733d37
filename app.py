"""Start Dancefloor: settings from the environment, build the suite, launch."""

import os

# Nothing leaves the machine at run time: no usage analytics, no model downloads.
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("HF_HUB_OFFLINE", "1")

from demos.runtime.settings import settings
from demos.suite import build_suite, launch_options


def main() -> None:
    """Serve the page until it is stopped."""
    current = settings()
    suite = build_suite(current)
    suite.queue(default_concurrency_limit=2, max_size=32)
    suite.launch(server_name=current.host, server_port=current.port, **launch_options(current))


if __name__ == "__main__":
    main()
