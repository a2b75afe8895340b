"""The parts that area and energy are reported by, and where in an array they stand.

A part is there once per PE, row, column or array: its unit. What a unit costs is measured on a small array, the specimen; an
array of any size is put together from units (compose.py).
"""

import re

# Modules that stay modules in a netlist, by part. What is not named belongs to the module around it.
PARTS = {
    "decode": ("bcq_decoder", "baseline_decoder"),
    "codebooks": ("bcq_codebooks",),
    "scale delay": ("bcq_edge", "baseline_edge"),
    "multiply-add": ("bcq_dot", "baseline_e2m1_dot", "baseline_fp8_dot"),
    "scale": ("bcq_scale_mul", "baseline_integer_scale", "baseline_float"),
    "accumulate": ("bcq_pe", "bcq_accumulator", "baseline_pe", "baseline_fp8_pe", "baseline_accumulator", "baseline_fma"),
    "output": ("bcq_output", "bcq_fixed_to_fp32", "bcq_fp32_mul", "baseline_output"),
    "streams": ("bcq_skid",),
    "encoder": ("bcq_encoder",),
    "control": ("bcq_control", "bcq_array", "baseline_array", "array_dut"),
}
KEPT = tuple(name for names in PARTS.values() for name in names)
PART_OF = {name: part for part, names in PARTS.items() for name in names}
DISTRIBUTION = "distribution"  # buffers between units, which depend on the size of the array

# Instances of the array by unit; the first that a path contains counts.
PLACES = (
    ("u_codebooks", "array"),
    ("u_pe", "pe"),
    ("u_act_edge", "row"),
    ("u_act_skid", "row"),
    ("u_wgt_edge", "column"),
    ("u_wgt_skid", "column"),
    ("u_output", "column"),
)
# What makes a part switch. A row of results leaves at its own pace.
EVENTS = {"output": "result"}


def unit_of(path):
    """The unit that a cell or instance belongs to."""
    return next((unit for name, unit in PLACES if name in path), "array")


def units(rows, columns):
    """{unit: how many an array has}."""
    return {"pe": rows * columns, "row": rows, "column": columns, "array": 1}


def plain_base(name):
    """The module that elaboration derived another from: bcq_dot of `$paramod$0123\\bcq_dot` or `$paramod\\bcq_dot\\LANES=…`."""
    match = re.match(r"\$paramod[^\\]*\\(\w+)", name)
    return match.group(1) if match else name.lstrip("\\")
