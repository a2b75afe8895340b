// bcq_convert and bcq_dot are the exact sum of products of their lanes, for all codewords that the contract allows.
//
// A weight is, by two's complement, the sum of its bits times 2^i, the top one negative; so a product is a sum of rows, bit
// times activation. The specification adds these rows as numbers with a sign. bcq_dot adds rows of pairs of lanes as
// unsigned numbers; so that both sums pass through the same values, each row of a pair gets OFFSET here, which makes it
// positive, and all OFFSETs are taken away at the start. Equal modulo 2^SUM_W; and SUM_W bits hold every sum that
// codewords can have, LANES * Q^2 < 2^(SUM_W-1): integers in that range which agree modulo 2^SUM_W are equal.
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

  // Over the bits of a pair: 2^BC times 2^i for all but the top one, 2^BC - 1 times 2^(BC-1) for that.
  localparam int OFFSETS = 2 ** BC * (2 ** (BC - 1) - 1) + (2 ** BC - 1) * 2 ** (BC - 1);
  localparam int PAIRS = (LANES + 1) / 2;
  wire [2*PAIRS*BC-1:0] a = a_i;
  wire [2*PAIRS*BC-1:0] w = w_i;
  wire [SUM_W-1:0] partial [PAIRS*BC+1];
  assign partial[0] = -(SUM_W'(PAIRS * OFFSETS));

  for (genvar p = 0; p < PAIRS; p++) begin : g_pair
    wire signed [BC-1:0] a0 = a[2*p*BC+:BC];
    wire signed [BC-1:0] a1 = a[(2*p+1)*BC+:BC];
    for (genvar i = 0; i < BC; i++) begin : g_bit
      wire signed [BC:0] of_a0 = w[2*p*BC+i] ? a0 : 0;
      wire signed [BC:0] of_a1 = w[(2*p+1)*BC+i] ? a1 : 0;
      wire signed [BC+1:0] row = (i < BC - 1) ? of_a0 + of_a1 : -(of_a0 + of_a1);
      localparam int OFFSET = (i < BC - 1) ? 2 ** BC : 2 ** BC - 1;
      wire [BC:0] positive = row + OFFSET;
      assign partial[p*BC+i+1] = partial[p*BC+i] + (SUM_W'(positive) << i);
    end
  end

  always_comb begin
    assert (sum == partial[PAIRS*BC]);
    assert (LANES * Q * Q < 2 ** (SUM_W - 1));
  end

endmodule

`default_nettype wire
