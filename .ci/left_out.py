"""Fails when the tests skipped something, unless it needs `../shared` and that is not there.

python .ci/left_out.py TESTS.xml
"""

import sys
import xml.etree.ElementTree as ET
from pathlib import Path

SHARED = Path(__file__).resolve().parents[2] / "shared"


def left_out(report: Path) -> list[str]:
    """Return `test: reason` of each skipped test that should have run."""
    skipped = [
        (f"{case.get('classname')}.{case.get('name')}", found.get("message", ""))
        for case in ET.parse(report).iter("testcase")  # noqa: S314  # written by our own run
        for found in case.findall("skipped")
    ]
    return [f"{test}: {why}" for test, why in skipped if SHARED.exists() or "../shared" not in why]


def main() -> int:
    """Print what was left out; 0 if nothing."""
    report = Path(sys.argv[1])
    if not report.exists():
        print("there is no test report")
        return 1
    tests = sum(1 for _ in ET.parse(report).iter("testcase"))  # noqa: S314
    found = left_out(report)
    print("\n".join(found) or f"{tests} tests, none left out")
    return 1 if found or not tests else 0


if __name__ == "__main__":
    sys.exit(main())
