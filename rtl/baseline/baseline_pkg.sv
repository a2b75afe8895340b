// The number formats of the baselines: codes, widths, element values. docs/baselines.md is the specification.
`default_nettype none

package baseline_pkg;

  // The parameter FORMAT.
  localparam int INT8 = 0;       // VSQ: integers of 8, 6, 4 bits, an integer scale per 16
  localparam int INT6 = 1;
  localparam int INT4 = 2;
  localparam int NVFP4 = 3;      // E2M1, an E4M3 scale per 16
  localparam int MXFP4 = 4;      // E2M1, an E8M0 scale per 32; FP32 sum
  localparam int FP8_EXACT = 5;  // E4M3, no scale in the beat; exact sum
  localparam int FP8_FP32 = 6;   // the same; FP32 sum, rounded after every beat

  localparam int SCALE_W = 8;   // scale of a group, of every format that has one
  localparam int MX_EXP_W = 9;  // sum of two E8M0 codes
  localparam int MX_LSB = -256; // weight of the LSB of P where both codes are 0: quarters, and a bias of 127 each

  // Exponents of MXFP4's sums count from so far below 2^-127 that none is negative, whatever cancels: a multiple of 32, cheap to add.
  localparam int WIDE_OFFSET = 160;

  // What stage D holds of a lane; the functions below make it.
  localparam int E2M1_ACT_W = 12;  // 3a, a
  localparam int E2M1_WGT_W = 7;   // sign; one of shifts by 2, 1, 0; at most one of 3, 2, 1 times
  localparam int FP8_ACT_W = 15;   // sign, exponent, 3m, significand m
  localparam int FP8_WGT_W = 11;   // sign, exponent; of m's upper and lower two bits at most one of 3, 2, 1 times each

  function automatic bit is_integer(input int format);
    is_integer = format == INT8 || format == INT6 || format == INT4;
  endfunction

  function automatic bit is_fp8(input int format);
    is_fp8 = format == FP8_EXACT || format == FP8_FP32;
  endfunction

  // Sums in binary32.
  function automatic bit is_float(input int format);
    is_float = format == MXFP4 || format == FP8_FP32;
  endfunction

  // Elements as integers, but for FP8; E2M1 in halves: up to 12.
  function automatic int integer_w(input int format);
    integer_w = (format == INT8) ? 8 : (format == INT6) ? 6 : (format == INT4) ? 4 : 5;
  endfunction

  // Bits of an element in a beat.
  function automatic int element_w(input int format);
    element_w = is_fp8(format) ? 8 : is_integer(format) ? integer_w(format) : 4;
  endfunction

  // Exponent of a term of a binary32 sum, in front of limits and within them.
  function automatic int float_exp_w(input int wide);
    float_exp_w = (wide == 1) ? 10 : 8;
  endfunction

  // Encoded beat, LSB first: LANES elements; the scale, where the format has one.
  function automatic int beat_w(input int format, input int lanes);
    beat_w = lanes * element_w(format) + (is_fp8(format) ? 0 : SCALE_W);
  endfunction

  // Scalars that share a scale. FP8 has none within a tile: its group is the tile, in whole beats.
  function automatic int group(input int format, input int lanes, input int k_max);
    group = is_fp8(format) ? (k_max + lanes - 1) / lanes * lanes : (format == MXFP4) ? 32 : 16;
  endfunction

  // Sum of the products of an FP8 beat, LSB 2^-18: each is at most 225 * 2^28.
  function automatic int fp8_dot_w(input int lanes);
    fp8_dot_w = 37 + $clog2(lanes);
  endfunction

  // Accumulator: an exact one holds K_MAX products of elements and, if there are any, scales.
  function automatic int acc_w(input int format, input int k_max);
    acc_w = is_float(format) ? 32 : 1 + $clog2(k_max) +
            ((format == FP8_EXACT) ? 36 : (format == NVFP4) ? 43 : 2 * (integer_w(format) - 1) + 2 * SCALE_W);
  endfunction

  // A line of stage D: integers as factors of pairs of lanes (bcq_convert); E2M1 weights with the count of negative ones on top.
  function automatic int line_w(input int format, input int weight, input int lanes);
    line_w = is_fp8(format) ? lanes * ((weight == 1) ? FP8_WGT_W : FP8_ACT_W) :
             !is_integer(format) ? ((weight == 1) ? lanes * E2M1_WGT_W + $clog2(lanes + 1) : lanes * E2M1_ACT_W) :
             (lanes + 1) / 2 * ((weight == 1) ? 3 * integer_w(format) : 3 * integer_w(format) + 1);
  endfunction

  // An E2M1 activation a in halves, two's complement, and 3a.
  function automatic logic [E2M1_ACT_W-1:0] e2m1_multiples(input logic [3:0] code);
    logic [6:0] magnitude, a;
    magnitude = (code[2:1] == 2'd0) ? {6'd0, code[0]} : {5'd0, 1'b1, code[0]} << (code[2:1] - 2'd1);
    a = code[3] ? -magnitude : magnitude;
    e2m1_multiples = {a + (a << 1), a[4:0]};
  endfunction

  // An E2M1 weight as 1, 2 or 3 times a power of two.
  function automatic logic [E2M1_WGT_W-1:0] e2m1_selects(input logic [3:0] code);
    logic normal;
    normal = code[2:1] != 2'd0;
    e2m1_selects = {code[3], code[2:1] == 2'd3, code[2:1] == 2'd2, !code[2], normal && code[0], normal && !code[0], !normal && code[0]};
  endfunction

  // What an E4M3 significand is, and what it does to another one: two bits at a time.
  function automatic logic [9:0] fp8_multiples(input logic [3:0] significand);
    fp8_multiples = {6'(significand) + (6'(significand) << 1), significand};
  endfunction

  function automatic logic [5:0] fp8_selects(input logic [3:0] significand);
    fp8_selects = {significand[3:2] == 2'd3, significand[3:2] == 2'd2, significand[3:2] == 2'd1,
                   significand[1:0] == 2'd3, significand[1:0] == 2'd2, significand[1:0] == 2'd1};
  endfunction

endpackage

`default_nettype wire
