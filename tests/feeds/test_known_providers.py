from __future__ import annotations

import importlib
import inspect
import pkgutil
import subprocess
import sys

from ticker_gui.feeds import providers
from ticker_gui.feeds.known_providers import known_providers
from ticker_gui.feeds.protocol import FeedProtocol
from ticker_gui.feeds.providers.nats import Nats

PARTS = (
    "_history",
    "_search",
    "_fetch",
    "_trades",
    "_bars",
    "_login",
    "_subscriptions",
)  # modules with a part of the protocol of a provider


def test_every_module_of_a_provider_has_one_class_that_is_listed() -> None:
    found = []
    for module in pkgutil.iter_modules(providers.__path__):
        content = vars(importlib.import_module(f"{providers.__name__}.{module.name}"))
        classes = [each for each in content.values() if isinstance(each, type) and issubclass(each, FeedProtocol)]
        own = [
            each
            for each in classes
            if each.__module__ == f"{providers.__name__}.{module.name}" and not inspect.isabstract(each)
        ]
        assert [each.name for each in own] == ([] if module.name.endswith(PARTS) else [module.name])
        found += own
    assert set(found) == {*known_providers(), Nats}  # a desk is not detected: it is not a provider's server
    assert len(found) == len(known_providers()) + 1


def test_detection_knows_the_providers_without_the_registry() -> None:
    code = (
        "import sys\n"
        "from ticker_gui.feeds.generic.autodetect import AutoDetect\n"
        "assert 'ticker_gui.feeds.registry' not in sys.modules\n"
        "print(len(AutoDetect.known_providers))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout) == len(known_providers())
