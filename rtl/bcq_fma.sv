// One step of FP32 accumulation, acc + scaled * 2^(shift - 18) with a single rounding (RNE), combinational.
//
// Purpose   the fused multiply-add of a block array: its product is exact in scaled_i, so only the sum is rounded.
// Parameter SCALED_W  bits of a scaled dot product, 15..33
// Formats   acc_i     binary32: an earlier sum_o, or +0
//           scaled_i  two's complement integer, not the most negative one
//           shift_i   0..28
//           sum_o     binary32, normal or +0: all terms are multiples of 2^-18, so their sums are too
`default_nettype none

module bcq_fma #(
  parameter int SCALED_W = 25
) (
  input  wire        [bcq_pkg::FP32_W-1:0] acc_i,
  input  wire signed [SCALED_W-1:0]        scaled_i,
  input  wire        [bcq_pkg::EXP2_W-1:0] shift_i,
  output wire        [bcq_pkg::FP32_W-1:0] sum_o
);

  localparam int MAN_W = 24;  // hidden bit included
  localparam int TERM_W = SCALED_W - 1;
  localparam int SIG_W = (TERM_W > MAN_W) ? TERM_W : MAN_W;  // holds either addend's significand whole
  localparam int SUM_W = SIG_W + 4;                          // carry, significand, two guard bits, sticky
  localparam int SHIFT_W = $clog2(SIG_W + 3);
  // Biased exponent of a term whose leading one is the MSB of its magnitude, before the shift.
  localparam int TOP_EXPONENT = 127 + (TERM_W - 1) + bcq_pkg::ACC_LSB;

  // ---- the term as a floating-point number; zero has exponent 0, below every other ----
  wire term_sign = scaled_i[SCALED_W-1];
  wire [SCALED_W-1:0] magnitude = term_sign ? -scaled_i : scaled_i;
  wire [TERM_W-1:0] normalised_term;
  wire [$clog2(TERM_W)-1:0] term_zeros;
  bcq_normalise #(.W(TERM_W)) u_term (
    .value_i(magnitude[TERM_W-1:0]), .normalised_o(normalised_term), .zeros_o(term_zeros)
  );
  wire term_nonzero = normalised_term[TERM_W-1];
  wire [7:0] term_exponent = term_nonzero ? 8'(TOP_EXPONENT) + 8'(shift_i) - 8'(term_zeros) : 8'd0;
  wire [SIG_W-1:0] term = SIG_W'(normalised_term) << (SIG_W - TERM_W);

  // ---- the sum so far ----
  wire acc_sign = acc_i[31];
  wire [7:0] acc_exponent = acc_i[30:23];
  wire [SIG_W-1:0] acc = SIG_W'({acc_exponent != 8'd0, acc_i[22:0]}) << (SIG_W - MAN_W);

  // ---- the smaller magnitude is aligned to the larger, so that a difference is never negative ----
  wire acc_larger = {acc_exponent, acc} >= {term_exponent, term};
  wire sign = acc_larger ? acc_sign : term_sign;
  wire [7:0] exponent = acc_larger ? acc_exponent : term_exponent;
  wire [SIG_W-1:0] larger = acc_larger ? acc : term;
  wire [SIG_W-1:0] smaller = acc_larger ? term : acc;
  wire [7:0] distance = exponent - (acc_larger ? term_exponent : acc_exponent);
  // From this distance on all of the smaller one falls out below.
  wire [SHIFT_W-1:0] shift = (distance >= 8'(SIG_W + 2)) ? SHIFT_W'(SIG_W + 2) : SHIFT_W'(distance);
  wire [SIG_W+1:0] aligned = {smaller, 2'd0} >> shift;
  wire [SIG_W+1:0] staying = {(SIG_W + 2) {1'b1}} << shift;
  wire lost = |({smaller, 2'd0} & ~staying);

  // ---- the sum; two guard bits and a sticky bit do, because only neighbouring exponents cancel deeply ----
  wire subtract = acc_sign != term_sign;
  wire [SUM_W-1:0] addend = {1'b0, aligned, lost};
  wire [SUM_W-1:0] sum = {1'b0, larger, 3'd0} + (subtract ? ~addend : addend) + SUM_W'(subtract);

  // ---- normalised and rounded ----
  wire [SUM_W-1:0] normalised;
  wire [$clog2(SUM_W)-1:0] sum_zeros;
  bcq_normalise #(.W(SUM_W)) u_sum (.value_i(sum), .normalised_o(normalised), .zeros_o(sum_zeros));
  wire guard = normalised[SUM_W-MAN_W-1];
  wire sticky = |normalised[SUM_W-MAN_W-2:0];
  wire round_up = guard && (sticky || normalised[SUM_W-MAN_W]);
  wire [7:0] sum_exponent = exponent + 8'd1 - 8'(sum_zeros);
  // A carry out of the fraction increments the exponent, which is just what rounding up to the next binade means.
  wire [30:0] rounded = {sum_exponent, normalised[SUM_W-2-:MAN_W-1]} + 31'(round_up);

  assign sum_o = normalised[SUM_W-1] ? {sign, rounded} : '0;

  wire unused_bit = magnitude[SCALED_W-1];

endmodule

`default_nettype wire
