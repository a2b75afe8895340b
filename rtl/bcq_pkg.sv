// Constants and pure functions that every module shares. docs/numerics.md is the specification.
`default_nettype none

package bcq_pkg;

  localparam int INDEX_W = 4;    // bits of an index into a codebook
  localparam int ENTRIES = 16;   // codewords of a codebook
  localparam int SCALE_W = 8;    // E4M3 code
  localparam int SIG_W = 4;      // integer significand m of an E4M3 code, 0..15
  localparam int EXP_W = 4;      // integer exponent e of an E4M3 code, 0..14
  localparam int SIG2_W = 8;     // m_w * m_a <= 225
  localparam int EXP2_W = 5;     // e_w + e_a <= 28
  localparam int FP32_W = 32;    // IEEE 754 binary32
  localparam int ACC_LSB = -18;  // weight of the accumulator's LSB: 2^ACC_LSB

  // Kinds of accumulator: the parameter ACCUM.
  localparam int ACCUM_EXACT = 0;  // fixed point, as wide as the longest sum
  localparam int ACCUM_FP32 = 1;   // binary32, one rounding per block array

  // Width of a selector field; one bit, ignored, where there is a single codebook.
  function automatic int selector_w(input int nc);
    selector_w = (nc > 1) ? $clog2(nc) : 1;
  endfunction

  // Selectors in a beat: one per block that the beat touches.
  function automatic int beat_selectors(input int lanes, input int lb);
    beat_selectors = (lanes > lb) ? lanes / lb : 1;
  endfunction

  // Encoded beat, LSB first: LANES indices, the selectors, the scale code.
  function automatic int beat_w(input int lanes, input int lb, input int nc);
    beat_w = lanes * INDEX_W + ((lanes > lb) ? lanes / lb : 1) * ((nc > 1) ? $clog2(nc) : 1) + SCALE_W;
  endfunction

  // Width of a stream's data: payload bits made up to bytes.
  function automatic int whole_bytes(input int bits);
    whole_bytes = (bits + 7) / 8 * 8;
  endfunction

  // Sum of `terms` products of two BC-bit codewords in +-(2^(BC-1) - 1), two's complement.
  function automatic int dot_w(input int bc, input int terms);
    dot_w = 2 * bc - 1 + $clog2(terms);
  endfunction

  // Accumulator: an exact one holds |S| < K_MAX * 2^(2(BC-1)) * 2^36 (docs/numerics.md section 5).
  function automatic int acc_w(input int accum, input int bc, input int k_max);
    acc_w = (accum == ACCUM_FP32) ? FP32_W : 1 + $clog2(k_max) + 2 * (bc - 1) + 36;
  endfunction

  // Significand m of an E4M3 magnitude as integers: value = m * 2^(e - 9).
  function automatic logic [SIG_W-1:0] e4m3_significand(input logic [6:0] magnitude);
    e4m3_significand = {magnitude[6:3] != 4'd0, magnitude[2:0]};
  endfunction

  // Exponent e of the same; a subnormal has that of the smallest normal.
  function automatic logic [EXP_W-1:0] e4m3_exponent(input logic [3:0] field);
    e4m3_exponent = (field == 4'd0) ? 4'd0 : field - 4'd1;
  endfunction

  // Whether a code of either sign is not a number.
  function automatic logic e4m3_nan(input logic [6:0] magnitude);
    e4m3_nan = magnitude == 7'h7F;
  endfunction

endpackage

`default_nettype wire
