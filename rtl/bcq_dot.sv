// LANES signed products and their sum, combinational, from factors of pairs of lanes.
//
// Purpose    a0*w0 + a1*w1 = sum over the bits i of w of 2^i * {0, a0, a1 or a0 + a1}: one row to add up for two lanes, where
//            two multipliers have two. What is chosen from and what chooses come ready made (bcq_convert).
// Parameters LANES  products, >= 1
//            BC     codeword bits, 4..8
// Formats    a_i    pair p at [p*(3*BC+1) +: 3*BC+1], LSB first: a0, a1 within +-(2^(BC-1) - 1), and a0 + a1; two's complement
//            w_i    bit i of pair p at [(p*BC + i)*3 +: 3], LSB first: only w0 has the bit, only w1, both; at most one is set
//            sum_o  two's complement integer, exact in bcq_pkg::dot_w(BC, LANES) bits
`default_nettype none

module bcq_dot #(
  parameter int LANES = 16,
  parameter int BC = 6
) (
  input  wire  [bcq_pkg::line_w(bcq_pkg::DECODE_PAIRS, 0, LANES, 1, 1, BC)-1:0]  a_i,
  input  wire  [bcq_pkg::line_w(bcq_pkg::DECODE_PAIRS, 1, LANES, 1, 1, BC)-1:0]  w_i,
  output logic signed [bcq_pkg::dot_w(BC, LANES)-1:0]                               sum_o
);

  localparam int SUM_W = bcq_pkg::dot_w(BC, LANES);
  localparam int PAIRS = bcq_pkg::pairs(LANES);
  localparam int A_W = 3 * BC + 1;
  // Rows are added as unsigned numbers, so that no sign is extended: a row x of sign s is -2^BC*s + (its BC other bits).
  //   bits 0..BC-2 of w:    x = {!s, others} - 2^BC
  //   bit BC-1, negative:  -x = {s, ~others} - (2^BC - 1)
  localparam logic [BC:0] SIGN = (BC + 1)'(1 << BC);
  // What is too much does not depend on the operands; for a pair, over all bits:
  localparam int EXCESS = (1 << (2 * BC)) - (3 << (BC - 1));

  logic [BC:0] a0, a1, a01, row;
  logic only0, only1, both;

  always_comb begin
    {a0, a1, a01, row} = '0;
    {both, only1, only0} = '0;
    sum_o = -(SUM_W'(PAIRS * EXCESS));
    for (int p = 0; p < PAIRS; p++) begin
      a0  = {a_i[p*A_W+BC-1], a_i[p*A_W+:BC]};
      a1  = {a_i[p*A_W+2*BC-1], a_i[p*A_W+BC+:BC]};
      a01 = a_i[p*A_W+2*BC+:BC+1];
      for (int i = 0; i < BC; i++) begin
        {both, only1, only0} = w_i[(p*BC+i)*3+:3];
        row = (a0 & {(BC + 1){only0}}) | (a1 & {(BC + 1){only1}}) | (a01 & {(BC + 1){both}});
        row = row ^ ((i < BC - 1) ? SIGN : ~SIGN);
        sum_o = sum_o + (SUM_W'(row) << i);
      end
    end
  end

endmodule

`default_nettype wire
