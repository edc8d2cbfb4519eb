"""Loading without the libraries' own bars: stderr belongs to the application."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Iterator

Progress = Callable[[str, float], None]
"""Called with what is being done and the fraction done (0…1)."""


@contextlib.contextmanager
def quiet_loading() -> Iterator[None]:
    """Within it, transformers neither draws bars nor warns. Errors are raised as ever."""
    from transformers.utils import logging

    shown, verbosity = logging.is_progress_bar_enabled(), logging.get_verbosity()
    logging.disable_progress_bar()
    logging.set_verbosity_error()
    try:
        with contextlib.redirect_stderr(io.StringIO()):  # some bars obey no switch
            yield
    finally:
        logging.set_verbosity(verbosity)
        if shown:
            logging.enable_progress_bar()
