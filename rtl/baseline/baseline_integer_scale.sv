// A group's sum times the integer scales of both operands, one after the other.
//
// Parameters P_W  bits of the sum
// Ports      p_i                       the sum, two's complement
//            act_scale_i, wgt_scale_i  unsigned
//            scaled_o                  the exact product
`default_nettype none

module baseline_integer_scale #(
  parameter int P_W = 16
) (
  input  wire signed [P_W-1:0]                         p_i,
  input  wire        [baseline_pkg::SCALE_W-1:0]       act_scale_i,
  input  wire        [baseline_pkg::SCALE_W-1:0]       wgt_scale_i,
  output wire signed [P_W+2*baseline_pkg::SCALE_W-1:0] scaled_o
);

  localparam int ONCE_W = P_W + baseline_pkg::SCALE_W;
  wire signed [ONCE_W-1:0] once;

  bcq_digit_mul #(.P_W(P_W), .FACTOR_W(baseline_pkg::SCALE_W)) u_act_scale (
    .p_i, .factor_i(act_scale_i), .product_o(once)
  );
  bcq_digit_mul #(.P_W(ONCE_W), .FACTOR_W(baseline_pkg::SCALE_W)) u_wgt_scale (
    .p_i(once), .factor_i(wgt_scale_i), .product_o(scaled_o)
  );

endmodule

`default_nettype wire
