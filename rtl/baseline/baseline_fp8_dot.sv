// LANES products of E4M3 numbers and their exact sum, combinational.
//
// Purpose    a product of significands is two rows, chosen by two bits of the weight each; inverted where it is negative, it moves
//            up by the sum of the exponents, with ones coming in at both ends.
// Parameter  LANES  products, >= 1
// Formats    a_i    lane l at [l*15 +: 15], LSB first: significand m, 3m, exponent e, sign; value m * 2^(e - 9)
//            w_i    lane l at [l*11 +: 11], LSB first: 1, 2, 3 times by the lower two bits of the significand, the same by the
//                   upper two (at most one of three is set), exponent, sign
//            sum_o  two's complement, LSB 2^-18, exact
`default_nettype none

module baseline_fp8_dot #(
  parameter int LANES = 16
) (
  input  wire         [LANES*baseline_pkg::FP8_ACT_W-1:0]     a_i,
  input  wire         [LANES*baseline_pkg::FP8_WGT_W-1:0]     w_i,
  output logic signed [baseline_pkg::fp8_dot_w(LANES)-1:0]    sum_o
);

  localparam int SUM_W = baseline_pkg::fp8_dot_w(LANES);
  localparam int ACT_W = baseline_pkg::FP8_ACT_W;
  localparam int WGT_W = baseline_pkg::FP8_WGT_W;
  localparam int SHIFT_MAX = 28;
  localparam int ROW_W = bcq_pkg::SIG2_W + SHIFT_MAX;  // 36: magnitude of a product

  logic [3:0] m;
  logic [5:0] m3, low, high;
  logic low1, low2, low3, high1, high2, high3;  // the two bits choose 1, 2 or 3 times m
  logic [bcq_pkg::EXP_W-1:0] a_exponent, w_exponent;
  logic [bcq_pkg::EXP2_W-1:0] shift;
  logic a_sign, w_sign, negative;
  logic [bcq_pkg::SIG2_W-1:0] product;
  logic [ROW_W-1:0] row;

  always_comb begin
    {m, m3, low, high, low1, low2, low3, high1, high2, high3} = '0;
    {a_exponent, w_exponent, shift, a_sign, w_sign, negative, product, row} = '0;
    // A row of sign s is {!s, others} - 2^ROW_W: rows are added as unsigned numbers, and no sign is extended.
    sum_o = -(SUM_W'(LANES) << ROW_W);
    for (int l = 0; l < LANES; l++) begin
      {a_sign, a_exponent, m3, m} = a_i[l*ACT_W+:ACT_W];
      {w_sign, w_exponent, high3, high2, high1, low3, low2, low1} = w_i[l*WGT_W+:WGT_W];
      negative = a_sign ^ w_sign;
      shift = bcq_pkg::EXP2_W'(a_exponent) + bcq_pkg::EXP2_W'(w_exponent);
      low = ({2'd0, m} & {6{low1}}) | ({1'b0, m, 1'b0} & {6{low2}}) | (m3 & {6{low3}});
      high = ({2'd0, m} & {6{high1}}) | ({1'b0, m, 1'b0} & {6{high2}}) | (m3 & {6{high3}});
      product = ({2'd0, low} + {high, 2'd0}) ^ {bcq_pkg::SIG2_W{negative}};
      row = ROW_W'(({{SHIFT_MAX{negative}}, product, {SHIFT_MAX{negative}}} << shift) >> SHIFT_MAX);
      // A negated row is the complement plus one.
      sum_o = sum_o + SUM_W'({!negative, row}) + SUM_W'(negative);
    end
  end

endmodule

`default_nettype wire
