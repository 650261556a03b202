"""Recomputes what claim.json states from items.jsonl, with the standard library alone.

    python3 bench/claim/check/check_claims.py examples

It shares no code with Graft and draws its own signs. Means, counts, exact tests, Holm's correction, verdicts and
Wilson's intervals must agree to 1e-9; drawn tests and the ends of drawn intervals within three standard errors of the
two draws together. Of many such figures a few lie beyond three by chance: at most 1 % may, and none beyond five.
"""

import json
import math
import sys
from pathlib import Path

sys.dont_write_bytecode = True
from exact_figures import (  # noqa: E402
    drawn_error,
    ERROR,
    Groups,
    holm,
    is_ratio,
    is_within,
    item_values,
    sign_flip,
    t_tails,
    TINY,
    two_way,
    two_way_ends,
    wilson,
)

FEWEST_DIFFERING = 10
FEWEST_SEEDS = 5


class Report:
    def __init__(self):
        self.exact = 0
        self.drawn = []
        self.problems = []

    def same(self, where, found, written, tolerance=TINY):
        self.exact += 1
        if found is None or written is None or isinstance(found, (bool, str)):
            is_same = found == written
        else:
            is_same = abs(found - written) <= tolerance * max(1, abs(found), abs(written))
        if not is_same:
            self.problems.append(f"{where}: {written} is written, {found} is computed")

    def near(self, where, away, error):
        """A drawn figure that is `away` from what it may be."""
        errors = 0 if away <= 0 else away / error
        self.drawn.append(errors)
        if errors > 5:
            self.problems.append(f"{where}: {errors:.1f} standard errors away")


# --- Intervals


def check_flipped(report, where, groups, found):
    """Whether the ends of an interval are those of the sign-flip test at a level."""
    (low, high), level, seeds = found["ends"], found["level"], found["seeds"]
    none = (math.inf, -math.inf)
    other = two_way_ends(groups, seeds, level) if seeds else none
    if found.get("rejects"):
        # The end beside 0 is that of the test which rejects it, where the other's lies beyond.
        low_crosses, high_crosses = groups.mean > 0 >= other[0], groups.mean < 0 <= other[1]
        other = (none[0] if low_crosses else other[0], none[1] if high_crosses else other[1])
    sides = (
        ("low", low, other[0], groups.share_at_most, lambda a, b: a < b),
        ("high", high, other[1], groups.share_at_least, lambda a, b: a > b),
    )
    for name, end, of_seeds, share, is_out in sides:
        # An end may stand farther out that the verdict brought to no difference, or the mean to itself.
        brought = any(abs(end - to) <= 1e-9 * max(groups.size, abs(to)) for to in found["brought"])
        if seeds and abs(end - of_seeds) <= 1e-7 * max(groups.size, abs(end)):
            brought = True
        elif seeds and is_out(of_seeds, end):
            report.problems.append(f"{where}, {name}: {end}, over seeds {of_seeds}")
        beyond, upto = share(end, strictly=True), share(end)
        if groups.is_exact:
            report.same(f"{where}, {name}", beyond <= level + TINY, True)
            report.same(f"{where}, {name}", brought or upto > level - TINY, True)
        else:
            away = max(beyond - level, 0 if brought else level - upto)
            report.near(f"{where}, {name} end", away, drawn_error(level))


def with_unseen(metric, groups, seeds, is_tested):
    """For metrics with a range, and without a test, one more pair either way, as far apart as those that differ."""
    if is_tested and (metric.get("range") is None or is_ratio(metric)):
        return groups, seeds
    weight = groups.weight / groups.n
    largest = max(map(abs, groups.sums))
    differing = [(x, w) for x, w in zip(groups.sums, groups.weights) if abs(x) > TINY * largest]
    if differing:
        apart = weight * math.sqrt(
            math.fsum(x * x for x, _ in differing) / math.fsum(w * w for _, w in differing)
        )
    else:
        apart = weight * (metric["range"][1] - metric["range"][0]) if "range" in metric else 0

    def more(of):
        pairs = [(x / w if w else 0, w, at) for at, (x, w) in enumerate(zip(of.sums, of.weights))]
        return Groups([*pairs, (apart / weight, weight, -1), (-apart / weight, weight, -2)], places)

    places = {at: at for at in [*range(groups.n), -1, -2]}
    return more(groups), [more(seed) for seed in seeds]


def check_difference(report, where, of, difference):
    """The interval of a difference, and whether it agrees with the verdict."""
    metric, groups, seeds, level, rejects = of
    interval = difference["interval"]
    if interval is None:
        report.same(where, rejects, False)
        return
    none = 1 if is_ratio(metric) else 0
    report.same(f"{where}: agrees", not interval[0] <= none <= interval[1], rejects)
    ends_of = [math.log(end) for end in interval] if is_ratio(metric) else interval
    is_tested = difference["p"] is not None
    mean, (groups, seeds) = groups.mean, with_unseen(metric, groups, seeds, is_tested)
    brought = [mean] if rejects else [mean, 0]
    found = {"ends": ends_of, "level": level, "seeds": seeds, "brought": brought, "rejects": rejects}
    check_flipped(report, where, groups, found)


# --- A table


class Table:
    def __init__(self, name, written, items):
        self.name, self.written = name, written
        self.runs = {}
        for run in items:
            if run["experiment"] == name:
                self.runs.setdefault(run["variant"], []).append(run)

    def values(self, variant, metric):
        """Of all runs, and by seed of each that gave any."""
        runs = sorted(self.runs[variant], key=lambda run: run.get("seed", 0))
        seeds = {run.get("seed"): item_values([run["rows"]], metric) for run in runs}
        return item_values([run["rows"] for run in runs], metric), {key: of for key, of in seeds.items() if of}

    def missing(self, variant, metric, expected):
        """Items that any run of a variant lacks."""
        runs = [item_values([run["rows"]], metric) for run in self.runs[variant]]
        return set().union(*(expected - set(own) for own in runs))


def enough(seeds):
    return seeds if len(seeds) >= FEWEST_SEEDS else []


def differences(one, other):
    """By group, one less the other, over the items of both: of all runs and, with enough of them, of each seed."""

    def pairs(own, base):
        return [
            (own[item][0] - base[item][0], (own[item][1] + base[item][1]) / 2, base[item][2])
            for item in own
            if item in base
        ]

    (own, own_seeds), (base, base_seeds) = one, other
    groups = Groups(pairs(own, base))
    shared = [pairs(own_seeds[seed], base_seeds[seed]) for seed in own_seeds if seed in base_seeds]
    return groups, [Groups(found, groups.places) for found in enough([found for found in shared if found])]


def count_of(one, other, sign):
    """Groups in which one is better, as good and worse."""
    sums = {}
    for item, (value, weight, _) in one.items():
        if item in other:
            base, base_weight, group = other[item]
            middle = (weight + base_weight) / 2
            own = sums.setdefault(group, [0.0, 0.0])
            own[0] += middle * value
            own[1] += middle * base
    counts = [0, 0, 0]
    for own, base in sums.values():
        alike = TINY * max(abs(own), abs(base))
        gain = sign * (own - base)
        counts[0 if gain > alike else 2 if gain < -alike else 1] += 1
    return counts


def test_of(groups, seeds):
    p, is_exact = sign_flip(groups.sums)
    if seeds:
        variance, freedom = two_way(groups, seeds)
        over = 1 if groups.mean == 0 else 0 if variance == 0 else t_tails(groups.mean / math.sqrt(variance), freedom)
        if over >= p:
            return over, True
    return p, is_exact


def check_table(report, where, table):
    written = table.written["table"]
    metrics, rows = written["metrics"], written["rows"]
    tests, behind = [], []
    for at, metric in enumerate(metrics):
        back = math.exp if is_ratio(metric) else float
        sign = 1 if metric["direction"] == "higher" else -1
        arms = {row["variant"]: table.values(row["variant"], metric) for row in rows}
        expected = set().union(*(values for values, _ in arms.values()))
        for row in rows:
            place = f"{where}, {row['variant']}, {metric['name']}"
            cell, (values, seeds) = row["cells"][at], arms[row["variant"]]
            groups = Groups(values.values())
            behind.append(len(seeds))
            of_seeds = [Groups(seed.values(), groups.places) for seed in enough(list(seeds.values()))]
            lacking = table.missing(row["variant"], metric, expected)
            report.same(f"{place}: failures", len(lacking), cell["failures"])
            report.same(f"{place}: n", groups.n, cell["n"])
            report.same(f"{place}: mean", back(groups.mean), cell["mean"])
            check_mean_interval(report, f"{place}: interval", (metric, groups, of_seeds), cell["interval"])
            for run in table.runs[row["variant"]]:
                if "seed" in run:
                    mean = Groups(item_values([run["rows"]], metric).values()).mean
                    of_seed = table.written["seeds"][str(run["seed"])][row["variant"]][at]
                    report.same(f"{place}: seed {run['seed']}", back(mean), of_seed)
            if row["variant"] == written["baseline"]:
                continue
            base = arms[written["baseline"]]
            behind.append(sum(bool(seeds[seed].keys() & base[1][seed].keys()) for seed in seeds if seed in base[1]))
            groups, of_seeds = differences(arms[row["variant"]], base)
            counts = count_of(values, base[0], sign)
            difference = cell["difference"]
            for name, count in zip(("wins", "ties", "losses"), counts):
                report.same(f"{place}: {name}", count, difference[name])
            report.same(f"{place}: difference", back(groups.mean), difference["mean"], 1e-8)
            tests.append((place, metric, groups, of_seeds, difference, sign))
    check_tests(report, tests)
    if "seeds" in written:
        report.same(f"{where}: seeds", max(1, min(behind, default=1)), written["seeds"])


def check_mean_interval(report, where, of, interval):
    metric, groups, seeds = of
    if interval is None:
        report.same(where, groups.n < 6, True)
    elif is_within(metric, groups):
        for found, end in zip(wilson(groups, seeds, metric["range"]), interval):
            report.same(where, found, end, 1e-8)
    else:
        ends_of = [math.log(end) for end in interval] if is_ratio(metric) else interval
        if is_ratio(metric):
            report.same(f"{where}: not below 1", interval[0] >= 1 or groups.mean < 0, True)
        check_flipped(report, where, groups, {"ends": ends_of, "level": ERROR, "seeds": seeds, "brought": []})


def check_tests(report, tests):
    asked = []
    for place, metric, groups, seeds, difference, sign in tests:
        if difference["wins"] + difference["losses"] < FEWEST_DIFFERING:
            report.same(f"{place}: p", None, difference["p"])
            report.same(f"{place}: verdict", "too few", difference["verdict"])
            check_difference(report, f"{place}: interval", (metric, groups, seeds, ERROR, False), difference)
            continue
        p, is_exact = test_of(groups, seeds)
        if is_exact:
            report.same(f"{place}: p", p, difference["p"])
        else:
            report.near(f"{place}: p", abs(p - difference["p"]), drawn_error(p))
        asked.append((place, metric, groups, seeds, difference, sign))
    corrected = holm([difference["p"] for *_, difference, _ in asked])
    for (place, metric, groups, seeds, difference, sign), (adjusted, level) in zip(asked, corrected):
        report.same(f"{place}: adjusted p", adjusted, difference["adjustedP"])
        report.same(f"{place}: confidence", 1 - level, difference["confidence"])
        rejects = adjusted <= ERROR
        better = "better" if sign * groups.mean > 0 else "worse"
        report.same(f"{place}: verdict", better if rejects else "no difference shown", difference["verdict"])
        check_difference(report, f"{place}: interval", (metric, groups, seeds, level, rejects), difference)


# --- Expectations


def outcome(tables, expected):
    """Whether an expectation holds; None if the draw cannot tell."""
    than, kind = expected["than"], expected["is"]
    left = {key: expected[key] for key in ("experiment", "variant", "metric")}
    table = tables[left["experiment"]]
    metric = next(one for one in table.written["table"]["metrics"] if one["name"] == left["metric"])
    sign = 1 if metric["direction"] == "higher" else -1
    one = table.values(left["variant"], metric)
    if isinstance(than, (int, float)):
        return beyond(metric, one, than, kind)
    right = {**left, **({"variant": than} if isinstance(than, str) else than)}
    other_table = tables[right["experiment"]]
    if kind == "identical":
        return is_identical(table, left, other_table, right)
    other = other_table.values(right["variant"], {**metric, "name": right["metric"]})
    groups, seeds = differences(one, other)
    if kind == "no worse":
        if "by" not in expected:
            return False
        allowed = expected["by"]
        if not is_ratio(metric):
            allowed *= Groups(other[0].values()).mean
        bound = math.log(1 - sign * allowed) if is_ratio(metric) else -sign * allowed
        if sign * (groups.mean - bound) <= 0:
            return False
        groups, seeds = with_unseen(metric, groups, seeds, True)
        share = groups.share_at_most if sign > 0 else groups.share_at_least
        return decided(share(bound), groups.is_exact)
    counts = count_of(one[0], other[0], sign)
    if counts[0] + counts[2] < FEWEST_DIFFERING:
        return False
    p, is_exact = test_of(groups, seeds)
    points = sign * groups.mean > 0 if kind == "better" else sign * groups.mean < 0
    return points and decided(p, is_exact)


def decided(p, is_exact):
    if not is_exact and abs(p - ERROR) <= 3 * drawn_error(ERROR):
        return None
    return p <= ERROR


def beyond(metric, one, bound, kind):
    groups = Groups(one[0].values())
    seeds = [Groups(seed.values(), groups.places) for seed in enough(list(one[1].values()))]
    if is_within(metric, groups):
        low, high = wilson(groups, seeds, metric["range"])
        return low > bound if kind == "above" else high < bound
    scaled = math.log(bound) if is_ratio(metric) else bound
    if kind == "above":
        return groups.mean > scaled and decided(groups.share_at_most(scaled), groups.is_exact)
    return groups.mean < scaled and decided(groups.share_at_least(scaled), groups.is_exact)


def is_identical(table, left, other_table, right):
    def values(of, cell):
        return [
            {row["item"]: row["values"][cell["metric"]] for row in run["rows"] if cell["metric"] in row["values"]}
            for run in of.runs[cell["variant"]]
        ]

    own, others = values(table, left), values(other_table, right)
    return own == others and any(own)


def check_claim(report, folder):
    claim = json.loads((folder / "claim.json").read_text())
    if "tables" not in claim:
        return False
    items = [json.loads(line) for line in (folder / "items.jsonl").read_text().splitlines() if line]
    tables = {name: Table(name, written, items) for name, written in claim["tables"].items()}
    for name, table in tables.items():
        check_table(report, f"{folder.name}, {name}", table)
    outcomes = [outcome(tables, expected) for expected in claim["expect"]]
    if None not in outcomes or False in outcomes:
        report.same(f"{folder.name}: holds", False not in outcomes, claim["holds"])
    return True


def main(root):
    report = Report()
    folders = sorted(path.parent for path in Path(root).glob("*/claim.json"))
    checked = [folder.name for folder in folders if check_claim(report, folder)]
    beyond_three = sum(errors > 3 for errors in report.drawn)
    if beyond_three > max(1, len(report.drawn) / 100):
        report.problems.append(f"{beyond_three} of {len(report.drawn)} drawn figures lie beyond three standard errors")
    for problem in report.problems:
        print(problem)
    largest = max(report.drawn, default=0)
    print(
        f"{len(checked)} claims, {report.exact} exact figures, {len(report.drawn)} drawn ones: {beyond_three} beyond"
        f" three standard errors, the farthest {largest:.1f}; {len(report.problems)} problems"
    )
    return 1 if report.problems or not checked else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
