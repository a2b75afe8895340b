// LANES signed products and their sum, combinational.
//
// Parameters LANES  products, >= 1
//            BC     codeword bits, 4..8
// Formats    a_i, w_i  lane l at [l*BC +: BC], two's complement, within +-(2^(BC-1) - 1)
//            sum_o     two's complement integer, exact in bcq_pkg::dot_w(BC, LANES) bits
`default_nettype none

module bcq_dot #(
  parameter int LANES = 16,
  parameter int BC = 6
) (
  input  wire         [LANES*BC-1:0]                     a_i,
  input  wire         [LANES*BC-1:0]                     w_i,
  output logic signed [bcq_pkg::dot_w(BC, LANES)-1:0]    sum_o
);

  localparam int SUM_W = bcq_pkg::dot_w(BC, LANES);

  logic signed [BC-1:0]    a, w;
  logic signed [SUM_W-1:0] a_wide, w_wide;

  always_comb begin
    a      = '0;
    w      = '0;
    a_wide = '0;
    w_wide = '0;
    sum_o  = '0;
    for (int l = 0; l < LANES; l++) begin
      a      = $signed(a_i[l*BC+:BC]);
      w      = $signed(w_i[l*BC+:BC]);
      a_wide = SUM_W'(a);
      w_wide = SUM_W'(w);
      sum_o  = sum_o + a_wide * w_wide;
    end
  end

endmodule

`default_nettype wire
