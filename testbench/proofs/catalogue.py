"""The proofs: what is proven, with which parameters, by which method, and which faults each of them must find.

Methods
  induction  `sat -tempinduct`: the assertions hold in the first cycles, and hold in a cycle when they held in those
             before, whatever the state; together: in every cycle, for ever.
  sat        `sat` on a combinational circuit: no input breaks an assertion.
  abc        the same question for arithmetic: both sides become one and-inverter graph, ABC proves inner nodes equal
             from the inputs on (&fraig) and then the output.
A fault is a text of a file of rtl/ and what replaces it.
"""

import dataclasses
import pathlib

import tables

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]


@dataclasses.dataclass(frozen=True)
class Proof:
    name: str  # unique; starts with the harness's name
    title: str
    method: str  # induction, sat or abc
    parameters: dict = dataclasses.field(default_factory=dict)  # of the harness
    decoder: dict | None = None  # arguments of tables.package
    slow: bool = False  # with --all only
    faults: tuple = ()  # (file, text, replacement)

    @property
    def harness(self):
        return self.name.partition(".")[0]


def decoder(lanes, lb, bc, nc=None, seed=None, file=None):
    """Arguments of tables.package: codebooks of a file or random ones."""
    books = tables.read_codebooks(REPOSITORY / file) if file else tables.random_codebooks(nc, bc, seed)
    return {"lanes": lanes, "lb": lb, "bc": bc, "books": books}


DEFAULT_CODEBOOKS = "traces/codebooks/nc8_lb8.safetensors"

DECODER_FAULTS = (
    ("bcq_lookup.sv", "negative_i ? -codeword : codeword", "codeword"),
    ("bcq_lookup.sv", "negative_i ? -codeword : codeword", "negative_i ? ~codeword : codeword"),
    ("bcq_lookup.sv", "lane_mask_i[l] ? mirrored : '0", "mirrored"),
    (
        "bcq_decoder.sv",
        "first_i ? beat_i[SCALE_LSB+:bcq_pkg::SCALE_W] : scale_q",
        "beat_i[SCALE_LSB+:bcq_pkg::SCALE_W]",
    ),
    ("bcq_lookup.sv", "fields_i[SELECTORS_LSB+s*SELECTOR_W+:SELECTOR_W]", "fields_i[SELECTORS_LSB+:SELECTOR_W]"),
    ("bcq_lookup.sv", "index == 4'(i)", "index == 4'(i ^ 1)"),
    ("bcq_lookup.sv", "FROZEN ? CODEBOOKS : codebooks_i", "FROZEN ? CODEBOOKS ^ 1 : codebooks_i"),
    ("bcq_lookup.sv", "FROZEN ? CODEBOOKS : codebooks_i", "codebooks_i"),
)

PROOFS = [
    Proof(
        "e4m3",
        "E4M3 functions give the value of all 128 magnitudes",
        "sat",
        decoder={},
        faults=(
            ("bcq_pkg.sv", "(field == 4'd0) ? 4'd0 : field - 4'd1", "field - 4'd1"),
            ("bcq_pkg.sv", "magnitude[6:3] != 4'd0, magnitude[2:0]", "1'b1, magnitude[2:0]"),
        ),
    ),
    Proof(
        "decoder_table.small",
        "frozen decoder equals its table: 4 lanes, Lb 2, Nc 2, Bc 4, random",
        "induction",
        decoder=decoder(4, 2, 4, nc=2, seed=1),
        faults=DECODER_FAULTS,
    ),
    Proof(
        "decoder_table.half_block",
        "... 2 lanes, Lb 8, Nc 4, Bc 5, random",
        "induction",
        decoder=decoder(2, 8, 5, nc=4, seed=2),
    ),
    Proof(
        "decoder_table.one_codebook",
        "... 4 lanes, Lb 4, Nc 1, Bc 6, random",
        "induction",
        decoder=decoder(4, 4, 6, nc=1, seed=3),
    ),
    Proof(
        "decoder_table.two_lanes",
        "... 2 lanes, Lb 8, Nc 8, Bc 6, default codebooks",
        "induction",
        decoder=decoder(2, 8, 6, file=DEFAULT_CODEBOOKS),
    ),
    Proof(
        "decoder_table.default",
        "... 16 lanes, Lb 8, Nc 8, Bc 6, default codebooks",
        "induction",
        slow=True,
        decoder=decoder(16, 8, 6, file=DEFAULT_CODEBOOKS),
    ),
    Proof(
        "decoder_table.lanes24",
        "... 24 lanes, Lb 8, Nc 4, Bc 5, random",
        "induction",
        slow=True,
        decoder=decoder(24, 8, 5, nc=4, seed=4),
    ),
    Proof(
        "decoder_table.largest",
        "... 32 lanes, Lb 4, Nc 16, Bc 8, random",
        "induction",
        slow=True,
        decoder=decoder(32, 4, 8, nc=16, seed=5),
    ),
    Proof(
        "store_memory.nc1",
        "codebook store: read what was written: Nc 1, Bc 4",
        "induction",
        {"NC": 1, "BC": 4},
        faults=(
            ("bcq_codebooks.sv", "if (write_i)", "if (write_i && addr_i != 5)"),
            ("bcq_codebooks.sv", "if (write_i)", "if (write_i || addr_i == 9)"),
        ),
    ),
    Proof("store_memory.default", "... Nc 8, Bc 6", "induction", {"NC": 8, "BC": 6}, slow=True),
    Proof("store_memory.largest", "... Nc 16, Bc 8", "induction", {"NC": 16, "BC": 8}, slow=True),
    Proof(
        "decoder_frozen_equal.small",
        "frozen and programmable decode alike: 4 lanes, Lb 2, Nc 2, Bc 4",
        "induction",
        decoder=decoder(4, 2, 4, nc=2, seed=6),
        faults=(("bcq_codebooks.sv", "codebooks_q[addr_i*BC+:BC] <=", "codebooks_q[(addr_i^1)*BC+:BC] <="),),
    ),
    Proof(
        "decoder_frozen_equal.default",
        "... 16 lanes, Lb 8, Nc 8, Bc 6, default codebooks",
        "induction",
        slow=True,
        decoder=decoder(16, 8, 6, file=DEFAULT_CODEBOOKS),
    ),
    Proof("dot_sum.lane", "dot product equals the sum of products: 1 lane, Bc 6", "abc", {"LANES": 1, "BC": 6}),
    Proof(
        "dot_sum.small",
        "... 4 lanes, Bc 4",
        "abc",
        {"LANES": 4, "BC": 4},
        faults=(
            ("bcq_dot.sv", "(i < BC - 1) ? SIGN : ~SIGN", "SIGN"),
            ("bcq_dot.sv", "p < PAIRS; p++", "p < PAIRS - 1; p++"),
            ("bcq_convert.sv", "{even[BC-1], even} + {odd[BC-1], odd}", "{1'b0, even} + {odd[BC-1], odd}"),
            ("bcq_pkg.sv", "dot_w = 2 * bc - 1 + $clog2(terms)", "dot_w = 2 * bc - 2 + $clog2(terms)"),
        ),
    ),
    Proof("dot_sum.odd", "... 3 lanes, Bc 5", "abc", {"LANES": 3, "BC": 5}),
    Proof("dot_sum.default", "... 16 lanes, Bc 6", "abc", {"LANES": 16, "BC": 6}, slow=True),
    Proof("dot_sum.widest", "... 32 lanes, Bc 8", "abc", {"LANES": 32, "BC": 8}, slow=True),
    Proof(
        "scale_mul_value.p17",
        "scale multiply equals P * value * value: P of 17 bits (default)",
        "abc",
        {"P_W": 17},
        faults=(
            ("bcq_digit_mul.sv", "ROW_W'(p_i)", "ROW_W'($unsigned(p_i))"),
            ("bcq_digit_mul.sv", "row = p3;", "row = p2;"),
            ("bcq_scale_mul.sv", "* bcq_pkg::SIG2_W'(wgt_significand_i)", "* bcq_pkg::SIG2_W'(wgt_significand_i[2:0])"),
            ("bcq_scale_mul.sv", "+ bcq_pkg::EXP2_W'(wgt_exponent_i)", "+ bcq_pkg::EXP2_W'(wgt_exponent_i[2:0])"),
        ),
    ),
    Proof("scale_mul_value.p11", "... P of 11 bits", "abc", {"P_W": 11}),
    Proof("scale_mul_value.p25", "... P of 25 bits (the widest)", "abc", {"P_W": 25}),
    Proof(
        "accumulator_exact.small",
        "accumulator is exact, never overflows: Bc 4, LA 4, K <= 16",
        "induction",
        {"BC": 4, "LA": 4, "K_MAX": 16},
        faults=(
            ("bcq_pkg.sv", ": 1 + $clog2(k_max)", ": $clog2(k_max)"),
            ("bcq_accumulator.sv", "first_i ? '0 : acc_q", "acc_q"),
            ("bcq_accumulator.sv", "ACC_W'(scaled_i) <<< shift_i", "ACC_W'(scaled_i) <<< shift_i[3:0]"),
            ("bcq_accumulator.sv", "else if (drain_i) shadow_q", "if (drain_i) shadow_q"),
        ),
    ),
    Proof(
        "accumulator_exact.default",
        "... Bc 6, LA 64, K <= 65536",
        "induction",
        {"BC": 6, "LA": 64, "K_MAX": 65536},
    ),
    Proof(
        "accumulator_exact.widest",
        "... Bc 8, LA 1024, K <= 65536",
        "induction",
        {"BC": 8, "LA": 1024, "K_MAX": 65536},
    ),
    Proof(
        "drain_chain.rows4",
        "results leave complete, in order, never overwritten; progress: 4 rows",
        "induction",
        {"ROWS": 4},
        faults=(
            ("bcq_drain.sv", "!load_i || rows_q == '0 || (rows_q == CNT_W'(1) && drain_o)", "1'b1"),
            ("bcq_drain.sv", "rows_q == CNT_W'(1) && drain_o", "rows_q == CNT_W'(2) && drain_o"),
            ("bcq_drain.sv", "(rows_q == CNT_W'(1) && drain_o)", "1'b0"),
            ("bcq_drain.sv", "rows_q <= CNT_W'(ROWS)", "rows_q <= CNT_W'(ROWS - 1)"),
            ("bcq_accumulator.sv", "else if (drain_i) shadow_q", "if (drain_i) shadow_q"),
        ),
    ),
    Proof("drain_chain.rows1", "... 1 row", "induction", {"ROWS": 1}),
    Proof("drain_chain.rows16", "... 16 rows", "induction", {"ROWS": 16}, slow=True),
    Proof(
        "skid_order.w8",
        "stream register: order kept, nothing lost, doubled or changed: 8 bits",
        "induction",
        {"W": 8},
        faults=(
            ("bcq_skid.sv", "spare_valid_q ? spare_q : in_data_i", "in_data_i"),
            ("bcq_skid.sv", "head_valid_q  <= spare_valid_q || push", "head_valid_q  <= push"),
            ("bcq_skid.sv", "if (head_free) head_q <=", "head_q <="),
            ("bcq_skid.sv", "assign in_ready_o  = !spare_valid_q", "assign in_ready_o  = 1'b1"),
            ("bcq_skid.sv", "if (push) spare_q <=", "if (push && !spare_valid_q && head_free) spare_q <="),
        ),
    ),
    Proof("skid_order.w100", "... 100 bits", "induction", {"W": 100}),
    Proof(
        "sequencer_position.lanes4",
        "position in array and tile, lane mask: 4 lanes, LA 16, K <= 53",
        "induction",
        {"LANES": 4, "LA": 16, "K_MAX": 53},
        faults=(
            ("bcq_sequencer.sv", "remaining <= K_W'(LANES)", "remaining < K_W'(LANES)"),
            ("bcq_sequencer.sv", "tile_last_o || beat_q == BEAT_CNT_W'(BEATS - 1)", "beat_q == BEAT_CNT_W'(BEATS - 1)"),
            ("bcq_sequencer.sv", "remaining > K_W'(l)", "remaining >= K_W'(l)"),
            ("bcq_sequencer.sv", "(tile_first_q && !array_last_o)", "tile_first_q"),
        ),
    ),
    Proof("sequencer_position.lane", "... 1 lane, LA 16, K <= 40", "induction", {"LANES": 1, "LA": 16, "K_MAX": 40}),
    Proof("sequencer_position.beat", "... 16 lanes, LA 16, K <= 16", "induction", {"LANES": 16, "LA": 16, "K_MAX": 16}),
    Proof(
        "sequencer_position.lanes24",
        "... 24 lanes, LA 48, K <= 149",
        "induction",
        {"LANES": 24, "LA": 48, "K_MAX": 149},
        slow=True,
    ),
    Proof(
        "sequencer_position.default",
        "... 16 lanes, LA 64, K <= 65536",
        "induction",
        {"LANES": 16, "LA": 64, "K_MAX": 65536},
        slow=True,
    ),
    Proof(
        "fixed_to_fp32_nearest.w28",
        "S to binary32 is nearest, ties to even: 28 bits",
        "abc",
        {"W": 28},
        faults=(
            ("bcq_fixed_to_fp32.sv", "guard && (sticky || normalised_q[W-MAN_W])", "guard"),
            ("bcq_fixed_to_fp32.sv", "guard && (sticky || normalised_q[W-MAN_W])", "guard && sticky"),
            ("bcq_fixed_to_fp32.sv", "|normalised_q[W-MAN_W-2:0]", "|normalised_q[W-MAN_W-2:2]"),
        ),
    ),
    Proof("fixed_to_fp32_nearest.w63", "... 63 bits (the default)", "abc", {"W": 63}, slow=True),
    Proof("fixed_to_fp32_nearest.w67", "... 67 bits (the widest)", "abc", {"W": 67}, slow=True),
]
