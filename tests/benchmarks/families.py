"""How long `check` needs for each family of the bundled banks and drills: python tests/benchmarks/families.py [ROUNDS]

The processor's time of all rules on that item alone, its best round; everything is imported and warm.
"""

from __future__ import annotations

import statistics
import sys
from time import process_time

from cnnquiz import bank
from cnnquiz.checks import family, rules
from cnnquiz.checks.subject import Subject, subject_of
from cnnquiz.files import bundled, drills
from cnnquiz.items.worked_item import WorkedItem, work


def milliseconds(subject: Subject, worked: WorkedItem) -> float:
    """How long the rules need for one item."""
    start = process_time()
    again = work(worked.item, None, subject.bank.layout, worked.index)
    rules.findings(Subject(subject.loaded, subject.bank, (again,)), rules.names())
    return (process_time() - start) * 1000


def main() -> None:
    """Print a line for each family, the slowest last, and the median."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    times = {}
    for path in (*bundled().values(), *drills().values()):
        subject = subject_of(bank.load(path))
        for worked in subject.items:
            if worked.item.vary:
                taken = min(milliseconds(subject, worked) for _ in range(rounds))
                survey = {one.item.id: each for one, each in family.surveys(subject)}[worked.item.id]
                times[f"{path.stem}/{worked.item.id}"] = taken, survey.looked_at
    for name, (taken, variants) in sorted(times.items(), key=lambda row: row[1]):
        print(f"{name:45} {variants:6,} variants  {taken:7.1f} ms")
    taken = [one for one, _ in times.values()]
    print(f"{len(taken)} families: median {statistics.median(taken):.1f} ms, at most {max(taken):.1f} ms")


if __name__ == "__main__":
    main()
