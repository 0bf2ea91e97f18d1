# SPDX-License-Identifier: BSD-2-Clause
"""Fixtures of the end-to-end tests, and the lines they leave in the results folder."""
import re

import pytest

import board
import trees

# GIC, kernel and CPU under which guests are run: two always, which differ in all three; all with the slow ones.
HOSTS = [(gic, kernel, cpu) for kernel in ("6.1", "6.12") for cpu in ("a57", "max") for gic in (2, 3)]
QUICK = [(2, "6.1", "a57"), (3, "6.12", "max")]


def host_id(host):
    return "gic{}-{}-{}".format(*host)


def hosts(which=None, quick=None):
    """WHICH, all of them else, as parameters; those that are not QUICK are for make check-all."""
    quick = quick or QUICK
    return [pytest.param(h, id=host_id(h), marks=[] if h in quick else [pytest.mark.slow]) for h in which or HOSTS]


class Bench:
    """One emulated board at a time, kept from test to test while the same one is asked for."""

    def __init__(self):
        self.key = self.hosted = self.initrd = None

    def get(self, host, **more):
        key = (host, tuple(sorted(more.items())))
        if self.hosted and (self.key != key or not self.hosted.board.alive()):
            self.drop()
        if not self.hosted:
            self.initrd = self.initrd or trees.hosted_initramfs()
            self.hosted = board.Hosted(*host, self.initrd, **more)
            self.key = key
        return self.hosted

    def drop(self):
        if self.hosted:
            self.hosted.close()
        self.hosted = None


@pytest.fixture(scope="session")
def bench():
    b = Bench()
    yield b
    b.drop()


@pytest.fixture
def hosted(request, bench):
    """A board to run kvmshim on from a command line; a test that failed leaves none behind."""
    yield bench.get(getattr(request, "param", QUICK[1]))
    report = getattr(request.node, "call_report", None)
    if report is None or report.failed:
        bench.drop()


@pytest.fixture
def boards(bench):
    """For tests that need a board of their own: the one on the bench is switched off first."""
    bench.drop()
    made = []

    def add(made_board):
        made.append(made_board)
        return made_board

    yield add
    for b in made:
        b.close()


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: part of make check-all only")
    config.addinivalue_line("markers", "long: part of make check-mirror only")
    config.addinivalue_line("markers", "on(hosts): which emulated boards a test with `hosted` runs on")


def pytest_generate_tests(metafunc):
    if "hosted" in metafunc.fixturenames:
        mark = metafunc.definition.get_closest_marker("on")
        metafunc.parametrize("hosted", mark.args[0] if mark else hosts(QUICK[1:]), indirect=True, scope="function")


def pytest_collection_modifyitems(items):
    """Tests on the same board come together: booting one costs more than most tests."""
    items.sort(key=lambda item: str(item.callspec.params.get("hosted", "")) if hasattr(item, "callspec") else "")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    if call.when == "call":
        item.call_report = report
    if call.when == "call" or (call.when == "setup" and not report.passed):
        result_write(item, report)


def result_write(item, report):
    folder = board.BUILD / "results"
    folder.mkdir(parents=True, exist_ok=True)
    detail = f"{report.duration:.1f} s"
    if not report.passed:
        crash = getattr(report.longrepr, "reprcrash", None)
        detail = re.sub(r"\s+", " ", crash.message if crash else str(report.longrepr))[:200]
    name = f"{item.path.name}::{item.nodeid.partition('::')[2]}"  # parameters have slashes, too
    with open(folder / "e2e", "a", encoding="utf-8") as f:
        f.write(f"e2e:{name}\t{'ok' if report.passed else 'fail'}\t{detail}\n")
