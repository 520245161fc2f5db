"""What mutation.py needs inside pytest: which test runs which line, how long each takes, and to run chosen ones."""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from coverage import Coverage
from hypothesis import settings

MEMORY = 4 * 2**30
PROCESS = "process:"  # begins the context of a line that a process of its own ran
SETTINGS = """[run]
data_file = {folder}/data
parallel = true
source = {source}
context = {process}${{PYTEST_CURRENT_TEST-}}
core = ctrace
disable_warnings = no-data-collected, module-not-imported, module-not-measured, couldnt-parse
"""

settings.register_profile("mutation", deadline=None, database=None, derandomize=True)


class Recorder:
    """Runs each test in a coverage context of its own."""

    def __init__(self, folder: Path) -> None:
        source = Path("cnnquiz").resolve()
        self.coverage = Coverage(data_file=folder / "data.tests", source=[str(source)], config_file=False)
        self.coverage.set_option("run:core", "ctrace")
        self.coverage.start()
        rules = folder / "processes.ini"
        rules.write_text(SETTINGS.format(folder=folder, source=source, process=PROCESS), encoding="utf-8")
        os.environ["COVERAGE_PROCESS_START"] = str(rules)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        empty_caches()
        self.coverage.switch_context(item.nodeid)
        result = yield
        self.coverage.switch_context("")
        return result

    def pytest_sessionfinish(self) -> None:
        self.coverage.stop()
        self.coverage.save()


class Timer:
    """Writes how long each test took that passed, and which failed."""

    def __init__(self, path: Path) -> None:
        self.path, self.seconds, self.failed = path, dict[str, float](), set[str]()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0) + report.duration
        if report.failed:
            self.failed.add(report.nodeid)

    def pytest_sessionfinish(self) -> None:
        passed = {test: seconds for test, seconds in self.seconds.items() if test not in self.failed}
        self.path.write_text(json.dumps({"seconds": passed, "failed": sorted(self.failed)}), encoding="utf-8")


class Chooser:
    """Keeps the tests of a list, in its order."""

    def __init__(self, chosen: list[str]) -> None:
        self.place = {test: place for place, test in enumerate(chosen)}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        kept = [item for item in items if item.nodeid in self.place]
        items[:] = sorted(kept, key=lambda item: self.place[item.nodeid])


def empty_caches() -> None:
    """Make each test run the lines that an earlier one left in a cache."""
    for name, module in list(sys.modules.items()):
        if name.startswith("cnnquiz"):
            for value in list(vars(module).values()):
                getattr(value, "cache_clear", int)()


def pytest_configure(config: pytest.Config) -> None:
    if "MUTATION_RECORD" in os.environ:
        config.pluginmanager.register(Recorder(Path(os.environ["MUTATION_RECORD"])))
    if "MUTATION_TIMES" in os.environ:
        config.pluginmanager.register(Timer(Path(os.environ["MUTATION_TIMES"])))
    if "MUTATION_CHOSEN" in os.environ:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        chosen = json.loads(Path(os.environ["MUTATION_CHOSEN"]).read_text(encoding="utf-8"))
        config.pluginmanager.register(Chooser(chosen))


def pytest_sessionstart() -> None:
    """After conftest.py, which has a profile of its own."""
    settings.load_profile("mutation")
