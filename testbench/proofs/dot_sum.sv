// bcq_convert and bcq_dot are the exact sum of products of their lanes, for all codewords that the contract allows.
//
// Two steps. The sum is right modulo 2^SUM_W, for all operands: each product is compared with one that multiplies
// magnitudes and puts the sign on afterwards. And SUM_W bits hold every sum that codewords can have,
// LANES * Q^2 < 2^(SUM_W-1): two integers in that range which agree modulo 2^SUM_W are equal.
`default_nettype none

module dot_sum #(
  parameter int LANES = 4,
  parameter int BC = 6
) (
  input wire [LANES*BC-1:0] a_i,
  input wire [LANES*BC-1:0] w_i
);

  localparam int SUM_W = bcq_pkg::dot_w(BC, LANES);
  localparam int Q = 2 ** (BC - 1) - 1;

  wire signed [SUM_W-1:0] sum;
  wire [bcq_pkg::line_w(bcq_pkg::DECODE_PAIRS, 0, LANES, 1, 1, BC)-1:0] a_factors;
  wire [bcq_pkg::line_w(bcq_pkg::DECODE_PAIRS, 1, LANES, 1, 1, BC)-1:0] w_factors;
  bcq_convert #(.FROM(bcq_pkg::DECODE_EDGE), .WEIGHT(0), .LANES(LANES), .LB(1), .NC(1), .BC(BC)) u_act (
    .codebooks_i('0), .from_i(a_i), .to_o(a_factors)
  );
  bcq_convert #(.FROM(bcq_pkg::DECODE_EDGE), .WEIGHT(1), .LANES(LANES), .LB(1), .NC(1), .BC(BC)) u_wgt (
    .codebooks_i('0), .from_i(w_i), .to_o(w_factors)
  );
  bcq_dot #(.LANES(LANES), .BC(BC)) dut (.a_i(a_factors), .w_i(w_factors), .sum_o(sum));

  wire [SUM_W-1:0] partial [LANES+1];
  assign partial[0] = '0;

  for (genvar l = 0; l < LANES; l++) begin : g_lane
    wire [BC-1:0] a = a_i[l*BC+:BC];
    wire [BC-1:0] w = w_i[l*BC+:BC];
    wire [BC-1:0] a_magnitude = a[BC-1] ? -a : a;
    wire [BC-1:0] w_magnitude = w[BC-1] ? -w : w;
    wire [2*BC-1:0] magnitude = (2*BC)'(a_magnitude) * (2*BC)'(w_magnitude);
    wire signed [2*BC-1:0] product = (a[BC-1] != w[BC-1]) ? -magnitude : magnitude;
    assign partial[l+1] = partial[l] + SUM_W'(product);
  end

  always_comb begin
    assert (sum == partial[LANES]);
    assert (LANES * Q * Q < 2 ** (SUM_W - 1));
  end

endmodule

`default_nettype wire
