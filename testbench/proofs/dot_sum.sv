// bcq_dot is the exact sum of products of its lanes, for all codewords that the contract allows.
//
// Two steps. The sum is right modulo 2^SUM_W, for all operands: each product is compared with one that multiplies
// magnitudes and puts the sign on afterwards. And SUM_W bits hold every sum that codewords can have, LANES * Q^2 <
// 2^(SUM_W-1): two integers in that range which agree modulo 2^SUM_W are equal.
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
  bcq_dot #(.LANES(LANES), .BC(BC)) dut (.a_i, .w_i, .sum_o(sum));

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
