// A block array's dot product times its two scales, combinational.
//
// Parameter P_W  bits of the dot product P, 7..25 (bcq_pkg::dot_w(BC, LA))
// Formats   p_i            two's complement integer
//           *_significand_i, *_exponent_i  |scale| = m * 2^(e - 9); the sign is already in the codewords
//           scaled_o       P * m_a * m_w, two's complement, exact
//           shift_o        e_a + e_w: the block array contributes scaled_o * 2^shift_o, LSB 2^-18
`default_nettype none

module bcq_scale_mul #(
  parameter int P_W = 17
) (
  input  wire signed [P_W-1:0]                    p_i,
  input  wire        [bcq_pkg::SIG_W-1:0]         act_significand_i,
  input  wire        [bcq_pkg::EXP_W-1:0]         act_exponent_i,
  input  wire        [bcq_pkg::SIG_W-1:0]         wgt_significand_i,
  input  wire        [bcq_pkg::EXP_W-1:0]         wgt_exponent_i,
  output wire signed [P_W+bcq_pkg::SIG2_W-1:0]    scaled_o,
  output wire        [bcq_pkg::EXP2_W-1:0]        shift_o
);

  localparam int ONCE_W = P_W + bcq_pkg::SIG_W;

  // One significand after the other: smaller than their product times P.
  wire signed [ONCE_W-1:0] once;
  bcq_digit_mul #(.P_W(P_W), .FACTOR_W(bcq_pkg::SIG_W)) u_act (
    .p_i, .factor_i(act_significand_i), .product_o(once)
  );
  bcq_digit_mul #(.P_W(ONCE_W), .FACTOR_W(bcq_pkg::SIG_W)) u_wgt (
    .p_i(once), .factor_i(wgt_significand_i), .product_o(scaled_o)
  );

  assign shift_o  = bcq_pkg::EXP2_W'(act_exponent_i) + bcq_pkg::EXP2_W'(wgt_exponent_i);

endmodule

`default_nettype wire
