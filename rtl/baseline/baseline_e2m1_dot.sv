// LANES products of E2M1 numbers and their sum, combinational.
//
// Purpose    a weight is 1, 2 or 3 times a power of two: with 3a from the edge a product is one row to add up, where a 5-bit
//            multiplier has five (bcq_dot: two and a half).
// Parameter  LANES  products, >= 1
// Formats    a_i    lane l at [l*12 +: 12], LSB first: a in halves, 3a; two's complement
//            w_i    lane l at [l*7 +: 7], LSB first: 1, 2, 3 times (at most one is set); shifts by 0, 1, 2 (one is set); sign.
//                   On top the number of lanes whose sign is set
//            sum_o  two's complement integer in quarters, exact in bcq_pkg::dot_w(5, LANES) bits
`default_nettype none

module baseline_e2m1_dot #(
  parameter int LANES = 16
) (
  input  wire         [baseline_pkg::line_w(baseline_pkg::NVFP4, 0, LANES)-1:0] a_i,
  input  wire         [baseline_pkg::line_w(baseline_pkg::NVFP4, 1, LANES)-1:0] w_i,
  output logic signed [bcq_pkg::dot_w(5, LANES)-1:0]                            sum_o
);

  localparam int SUM_W = bcq_pkg::dot_w(5, LANES);
  localparam int ACT_W = baseline_pkg::E2M1_ACT_W;
  localparam int WGT_W = baseline_pkg::E2M1_WGT_W;
  localparam int MULTIPLE_W = 7;  // 3 * 12
  localparam int ROW_W = 9;       // 12 * 12
  // Rows are added as unsigned numbers, so that no sign is extended: a row of sign s is {!s, others} - 2^(ROW_W-1).
  localparam logic [ROW_W-1:0] SIGN = ROW_W'(1 << (ROW_W - 1));

  wire [$clog2(LANES+1)-1:0] negatives = w_i[LANES*WGT_W+:$clog2(LANES+1)];
  logic signed [4:0] a;
  logic signed [MULTIPLE_W-1:0] a1, a3, multiple;
  logic signed [ROW_W-1:0] extended;
  logic [ROW_W-1:0] row;
  logic negative, shift2, shift1, shift0, times3, times2, times1;

  always_comb begin
    {a, a1, a3, multiple, extended, row} = '0;
    {negative, shift2, shift1, shift0, times3, times2, times1} = '0;
    // A negated row is the complement plus one.
    sum_o = SUM_W'(negatives) - SUM_W'(LANES << (ROW_W - 1));
    for (int l = 0; l < LANES; l++) begin
      {a3, a} = a_i[l*ACT_W+:ACT_W];
      {negative, shift2, shift1, shift0, times3, times2, times1} = w_i[l*WGT_W+:WGT_W];
      a1 = MULTIPLE_W'(a);
      multiple = (a1 & {MULTIPLE_W{times1}}) | ((a1 << 1) & {MULTIPLE_W{times2}}) | (a3 & {MULTIPLE_W{times3}});
      extended = ROW_W'(multiple);
      row = (extended & {ROW_W{shift0}}) | ((extended << 1) & {ROW_W{shift1}}) | ((extended << 2) & {ROW_W{shift2}});
      row = row ^ {ROW_W{negative}} ^ SIGN;
      sum_o = sum_o + SUM_W'(row);
    end
  end

endmodule

`default_nettype wire
