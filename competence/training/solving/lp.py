"""A linear model in whole numbers, built row by row into arrays and handed to HiGHS in one call."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import highspy
import numpy as np

INF = highspy.kHighsInf
_BY_ROWS = 2
_MINIMISE = 1


@dataclass(frozen=True, slots=True)
class Answer:
    """What HiGHS found."""

    values: Sequence[float] | None
    """Of each column; None: it found none."""
    objective: float
    bound: float
    """No values have a lower objective."""
    impossible: bool
    """Proven: no values keep all the rows."""
    seconds: float


class Model:
    """Columns and rows; the sum of the columns' costs is made as small as can be."""

    def __init__(self) -> None:
        self.cost: list[float] = []
        self.low: list[float] = []
        self.high: list[float] = []
        self.whole: list[int] = []
        self.row_low: list[float] = []
        self.row_high: list[float] = []
        self.start: list[int] = [0]
        self.at: list[int] = []
        self.by: list[float] = []

    def column(self, cost: float = 0.0, *, low: float = 0.0, high: float = 1.0, whole: bool = True) -> int:
        """The place of a new column, a yes or no unless said otherwise."""
        self.cost.append(cost)
        self.low.append(low)
        self.high.append(high)
        self.whole.append(whole)
        return len(self.cost) - 1

    def row(self, low: float, high: float, columns: Iterable[int], factors: Iterable[float]) -> None:
        """Nothing; the sum of the columns by their factors must lie within the two. No column twice."""
        self.at.extend(columns)
        self.by.extend(factors)
        self.start.append(len(self.at))
        self.row_low.append(low)
        self.row_high.append(high)

    def most(self, most: float, columns: Sequence[int], factors: Iterable[float] | None = None) -> None:
        """Nothing; the sum may not pass `most`."""
        self.row(-INF, most, columns, [1.0] * len(columns) if factors is None else factors)

    def least(self, least: float, columns: Sequence[int], factors: Iterable[float] | None = None) -> None:
        """Nothing; the sum must reach `least`."""
        self.row(least, INF, columns, [1.0] * len(columns) if factors is None else factors)

    def relaxed(self, *, seconds: float) -> Answer:
        """The best values where yes and no may be shared: a bound of every model in whole numbers."""
        whole, self.whole = self.whole, [0] * len(self.whole)
        try:
            return self.solve(seconds=seconds, gap=0)
        finally:
            self.whole = whole

    def solve(self, *, seconds: float, gap: float) -> Answer:
        """The best values found within the time and the gap."""
        begun = time.perf_counter()
        if not self.cost:
            kept = all(low <= 0 <= high for low, high in zip(self.row_low, self.row_high, strict=True))
            return Answer([] if kept else None, 0.0, 0.0, not kept, 0.0)
        highs = highspy.Highs()  # type: ignore[no-untyped-call]
        highs.setOptionValue("output_flag", False)
        highs.setOptionValue("threads", 1)
        highs.setOptionValue("time_limit", max(0.01, seconds))
        highs.setOptionValue("mip_rel_gap", gap)
        highs.setOptionValue("mip_allow_restart", False)  # Beginning anew takes a third of the time and finds nothing.
        relaxed = not any(self.whole)
        if relaxed:
            highs.setOptionValue("presolve", "off")  # It takes longer than the solving that it saves.
        highs.passModel(
            len(self.cost), len(self.row_low), len(self.at), _BY_ROWS, _MINIMISE, 0.0,
            np.array(self.cost, np.float64), np.array(self.low, np.float64), np.array(self.high, np.float64),
            np.array(self.row_low, np.float64), np.array(self.row_high, np.float64),
            np.array(self.start[:-1], np.int32), np.array(self.at, np.int32), np.array(self.by, np.float64),
            np.array(self.whole, np.int32),
        )  # fmt: skip
        highs.run()
        status, info = highs.getModelStatus(), highs.getInfo()
        found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
        objective, bound = info.objective_function_value, info.mip_dual_bound
        if relaxed:
            bound = objective if status == highspy.HighsModelStatus.kOptimal else -INF
        impossible = status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible)
        values = list(highs.getSolution().col_value) if found else None
        return Answer(values, objective, bound, impossible, time.perf_counter() - begun)
