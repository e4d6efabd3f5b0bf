"""One line for each check, and a closing line that counts them."""

from contextlib import contextmanager

from people import NotAsExpected


class Report:
    """Prints `ok - what` or `not ok - what: why` as the checks are made."""

    def __init__(self):
        self.passed = 0
        self.failed = 0

    @contextmanager
    def check(self, what):
        """What is done inside either passes or fails, and never stops the checks behind it."""
        try:
            yield
        except (NotAsExpected, OSError) as fault:
            self.failed += 1
            print(f"not ok - {what}: {fault}", flush=True)
        else:
            self.passed += 1
            print(f"ok - {what}", flush=True)

    def close(self):
        """Prints the closing line; returns the exit status."""
        print(f"\n{self.passed} passed, {self.failed} failed", flush=True)
        return 0 if self.passed and not self.failed else 1


def expect(holds, expected, heard):
    """Fails the check that is being made unless `holds`."""
    if not holds:
        raise NotAsExpected(f"expected {expected}, heard {heard!r}")
