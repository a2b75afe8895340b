"""What points are judged by."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Metric:
    """Title and unit as reports show them, which way is better, what it is known from."""

    title: str
    unit: str
    goal: str  # "min" or "max"
    needs: str = ""  # "layers": data of layers; "synthesis": gates; "energy": gates that have run; nothing: a simulation
    estimate: bool = False  # whether estimates of SRAM or DRAM are in it

    def better(self, value, other):
        """Strictly."""
        return value < other if self.goal == "min" else value > other

    def cost(self, value):
        """The value as something to be minimised."""
        return value if self.goal == "min" else -value


METRICS = {
    "output_nmse_db": Metric("output NMSE", "dB", "min", "layers"),
    "weight_nmse_db": Metric("weight NMSE", "dB", "min", "layers"),
    "activation_nmse_db": Metric("activation NMSE", "dB", "min", "layers"),
    "bits_per_scalar": Metric("stored bits per scalar", "bits", "min", "layers"),
    "cycles": Metric("cycles", "", "min"),
    "utilization": Metric("utilization", "", "max"),
    "seconds": Metric("time", "s", "min"),
    "gops": Metric("throughput", "GOPS", "max"),
    "area_mm2": Metric("array area", "mm²", "min", "synthesis"),
    "chip_area_mm2": Metric("chip area", "mm²", "min", "energy", True),
    "clock_mhz": Metric("clock of the run", "MHz", "max"),
    "highest_clock_mhz": Metric("highest clock", "MHz", "max", "synthesis"),
    "array_pj_per_mac": Metric("array energy per MAC", "pJ", "min", "energy"),
    "pj_per_mac": Metric("energy per MAC, memory included", "pJ", "min", "energy", True),
    "energy_j": Metric("energy", "J", "min", "energy", True),
    "energy_delay_js": Metric("energy-delay product", "J·s", "min", "energy", True),
    "power_w": Metric("power", "W", "min", "energy", True),
    "gops_per_mm2": Metric("throughput per area", "GOPS/mm²", "max", "energy", True),
    "gops_per_w": Metric("throughput per power", "GOPS/W", "max", "energy", True),
}
