"""Items, groups, tests and intervals of the checker: written anew from their definitions, with nothing of Graft."""

import math
import random
from itertools import compress
from statistics import NormalDist

ERROR = 0.05
TINY = 1e-9
# Draws of this checker and, at least, of Graft.
OWN_DRAWS = 6000
DRAWS = 9999


# --- Items and groups


def is_ratio(metric):
    return metric["aggregation"] == "weighted-geometric-mean"


def item_values(runs, metric):
    """Item -> (value on the scale of averaging, weight, group), averaged over runs."""
    sums = {}
    for rows in runs:
        for row in rows:
            value = row["values"].get(metric["name"])
            if value is None:
                continue
            weight = 1 if metric["aggregation"] == "mean" else row.get("weight", 1)
            group = row.get("group", row.get("question", row["item"]))
            scaled = math.log(value) if is_ratio(metric) else value
            sums.setdefault(row["item"], []).append((scaled, weight, group))
    values = {}
    for item, parts in sums.items():
        weight = math.fsum(part[1] for part in parts)
        mean = math.fsum(part[0] * part[1] for part in parts) / weight
        values[item] = (mean, weight / len(parts), parts[0][2])
    return values


class Groups:
    """Sums by group of weight times value, and of weights."""

    def __init__(self, items, places=None):
        self.places = {} if places is None else places
        sums, weights = {}, {}
        for value, weight, group in items:
            if places is None:
                self.places.setdefault(group, len(self.places))
            sums.setdefault(group, []).append(weight * value)
            weights.setdefault(group, []).append(weight)
        self.sums = [math.fsum(sums.get(group, [])) for group in self.places]
        self.weights = [math.fsum(weights.get(group, [])) for group in self.places]
        self.n = len(self.sums)
        self.total, self.weight = math.fsum(self.sums), math.fsum(self.weights)
        self.mean = self.total / self.weight if self.weight > 0 else None
        self.size = math.fsum(map(abs, self.sums)) / self.weight if self.weight > 0 else 0
        self.halves = None

    def half_means(self):
        """For each choice of signs the lower and the higher mean of the two halves; whether these are all choices."""
        if self.halves is None:
            self.halves = [ends(part, weight, self) for part, weight in self.parts()]
        return self.halves

    @property
    def is_exact(self):
        return self.n <= 16

    def parts(self):
        if self.is_exact:
            sums, weights = [0.0], [0.0]
            for value, weight in zip(self.sums[:-1], self.weights[:-1]):
                sums += [part + value for part in sums]
                weights += [part + weight for part in weights]
            return list(zip(sums, weights))
        return [
            (sum(compress(self.sums, mask)), sum(compress(self.weights, mask)))
            for mask in masks(self.n)
        ]

    def share_at_most(self, value, strictly=False):
        slack = TINY * max(self.size, abs(value))
        is_far = (lambda low: low < value - slack) if strictly else (lambda low: low <= value + slack)
        return sum(is_far(low) for low, _ in self.half_means()) / len(self.half_means())

    def share_at_least(self, value, strictly=False):
        slack = TINY * max(self.size, abs(value))
        is_far = (lambda high: high > value + slack) if strictly else (lambda high: high >= value - slack)
        return sum(is_far(high) for _, high in self.half_means()) / len(self.half_means())


def ends(part, weight, groups):
    rest = groups.weight - weight
    if weight <= TINY * groups.weight or rest <= TINY * groups.weight:
        return -math.inf, math.inf
    one, other = part / weight, (groups.total - part) / rest
    return (one, other) if one < other else (other, one)


MASKS = {}


def masks(n):
    if n not in MASKS:
        source = random.Random(f"signs of {n}")
        MASKS[n] = [tuple(map(int, f"{source.getrandbits(n):0{n}b}")) for _ in range(OWN_DRAWS)]
    return MASKS[n]


# --- Tests


def sign_flip(sums):
    """p of no difference, and whether it is exact."""
    largest = max(map(abs, sums), default=0)
    differing = [value for value in sums if abs(value) > TINY * largest]
    n = len(differing)
    if n == 0:
        return 1, True
    if all(abs(value) >= (1 - TINY) * largest for value in differing):
        heads = sum(value > 0 for value in differing)
        most = max(heads, n - heads)
        tail = sum(math.comb(n, k) for k in range(most, n + 1)) / 2**n
        return min(1, 2 * tail), True
    far = abs(math.fsum(differing)) - TINY * largest
    if n <= 16:
        signed = [differing[0]]
        for value in differing[1:]:
            signed = [total + value for total in signed] + [total - value for total in signed]
        return sum(abs(total) >= far for total in signed) / len(signed), True
    total = math.fsum(differing)
    seen = sum(abs(2 * sum(compress(differing, mask)) - total) >= far for mask in masks(n))
    return (1 + seen) / (1 + OWN_DRAWS), False


def drawn_error(p):
    p = min(max(p, 1 / DRAWS), 1 - 1 / DRAWS)
    return math.sqrt(p * (1 - p) * (1 / OWN_DRAWS + 1 / DRAWS))


def t_tails(distance, freedom):
    """Both tails of Student's t, by Simpson's rule over the angle: x = sqrt(freedom) tan(angle)."""
    scale = math.exp(math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2)) / math.sqrt(math.pi)
    start, steps = math.atan(abs(distance) / math.sqrt(freedom)), 2000
    step = (math.pi / 2 - start) / steps
    total = 0.0
    for at in range(steps + 1):
        factor = 1 if at in (0, steps) else 4 if at % 2 else 2
        total += factor * max(0.0, math.cos(start + at * step)) ** (freedom - 1)
    return min(1, 2 * scale * total * step / 3)


def t_distance(level, freedom):
    low, high = 0.0, 2.0
    while t_tails(high, freedom) > level:
        low, high = high, 2 * high
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if t_tails(middle, freedom) > level else (low, middle)
    return high


def two_way(groups, seeds):
    """Variance of the mean over seeds and groups, and its degrees of freedom."""
    n, s, mean = groups.n, len(seeds), groups.mean
    of_seeds = [seed.mean for seed in seeds]
    residuals = [(x - w * mean) / groups.weight for x, w in zip(groups.sums, groups.weights)]
    between_groups = math.fsum(r * r for r in residuals) * n / (n - 1)
    single = 0.0
    for seed, of_seed in zip(seeds, of_seeds):
        for at in range(n):
            if seed.weights[at] > 0:
                own = groups.weights[at] / groups.weight
                apart = own * (seed.sums[at] / seed.weights[at] - of_seed) - residuals[at]
                single += (apart / s) ** 2
    single *= n / (n - 1) * s / (s - 1)
    middle = math.fsum(of_seeds) / s
    between_seeds = math.fsum((value - middle) ** 2 for value in of_seeds) / (s * (s - 1))
    variance = max(between_groups, between_seeds, between_groups + between_seeds - single)
    parts = between_groups**2 / (n - 1) + between_seeds**2 / (s - 1)
    freedom = n - 1 if parts == 0 else variance**2 / parts
    return variance, freedom


def two_way_ends(groups, seeds, level):
    variance, freedom = two_way(groups, seeds)
    half = t_distance(level, freedom) * math.sqrt(variance)
    values = [x / w for x, w in zip(groups.sums, groups.weights)]
    return max(groups.mean - half, min(values)), min(groups.mean + half, max(values))


def holm(ps):
    order = sorted(range(len(ps)), key=lambda at: ps[at])
    tests, greatest, left = [None] * len(ps), 0, len(ps)
    before, level = None, ERROR
    for rank, at in enumerate(order):
        greatest = max(greatest, min(1, (len(ps) - rank) * ps[at]))
        # Equal p have the level of the first of them.
        if ps[at] != before:
            before, level = ps[at], ERROR / left
        tests[at] = (greatest, level)
        left -= greatest <= ERROR
    return tests


# --- Intervals


def wilson(groups, seeds, bounds):
    """Wilson's interval of a mean of values within bounds, for the effective number of groups."""
    least, width = bounds[0], bounds[1] - bounds[0]
    scale = groups.n / groups.weight
    pseudo = [groups.mean + scale * (x - groups.mean * w) for x, w in zip(groups.sums, groups.weights)]
    middle = math.fsum(pseudo) / groups.n
    variance = math.fsum((value - middle) ** 2 for value in pseudo) / groups.n
    z = NormalDist().inv_cdf(1 - ERROR / 2)
    if seeds:
        over, freedom = two_way(groups, seeds)
        variance = max(variance, groups.n * over)
        if over > 0:
            z = t_distance(ERROR, freedom)
    share = min(1, max(0, (middle - least) / width))
    if share * (1 - share) <= 1e-12:
        share = round(share)
    spread = share * (1 - share) * width * width
    if variance <= 1e-12 * width * width and spread > 0:
        return middle, middle
    n = groups.n if spread == 0 else groups.n * spread / variance
    center = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return least + width * (center - half), least + width * (center + half)


def is_within(metric, groups):
    bounds = metric.get("range")
    if bounds is None or is_ratio(metric):
        return False
    slack = TINY * (bounds[1] - bounds[0])
    means = [x / w for x, w in zip(groups.sums, groups.weights)]
    return all(bounds[0] - slack <= mean <= bounds[1] + slack for mean in means)
