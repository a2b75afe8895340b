// A block array's dot product times its two scales.
//
// Purpose   what does not depend on the dot product is made a stage earlier and registered, so that one multiplication begins
//           from numbers that do not move (docs/decisions/0023)
// Parameter P_W  bits of the dot product P, 7..25 (bcq_pkg::dot_w(BC, LA))
// Ports     advance_i      the pipeline moves; low freezes it
//           p_i            stage P: two's complement integer
//           *_significand_i, *_exponent_i  stage M: |scale| = m * 2^(e - 9); the sign is already in the codewords
//           scaled_o       stage P: P * m_a * m_w, two's complement, exact
//           shift_o        stage P: e_a + e_w: the block array contributes scaled_o * 2^shift_o, LSB 2^-18
`default_nettype none

module bcq_scale_mul #(
  parameter int P_W = 17
) (
  input  wire                                     clk_i,
  input  wire                                     advance_i,
  input  wire signed [P_W-1:0]                    p_i,
  input  wire        [bcq_pkg::SIG_W-1:0]         act_significand_i,
  input  wire        [bcq_pkg::EXP_W-1:0]         act_exponent_i,
  input  wire        [bcq_pkg::SIG_W-1:0]         wgt_significand_i,
  input  wire        [bcq_pkg::EXP_W-1:0]         wgt_exponent_i,
  output wire signed [P_W+bcq_pkg::SIG2_W-1:0]    scaled_o,
  output wire        [bcq_pkg::EXP2_W-1:0]        shift_o
);

  logic [bcq_pkg::SIG2_W-1:0] significand_q;
  logic [bcq_pkg::EXP2_W-1:0] shift_q;

  always_ff @(posedge clk_i) begin
    if (advance_i) begin
      significand_q <= bcq_pkg::SIG2_W'(act_significand_i) * bcq_pkg::SIG2_W'(wgt_significand_i);
      shift_q       <= bcq_pkg::EXP2_W'(act_exponent_i) + bcq_pkg::EXP2_W'(wgt_exponent_i);
    end
  end

  bcq_digit_mul #(.P_W(P_W), .FACTOR_W(bcq_pkg::SIG2_W)) u_sum (
    .p_i, .factor_i(significand_q), .product_o(scaled_o)
  );

  assign shift_o = shift_q;

endmodule

`default_nettype wire
