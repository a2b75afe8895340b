// A group's sum times the integer scales of both operands.
//
// Purpose    the product of the scales is registered on the way, so that one multiplication begins from numbers that do not
//            move: a third of the energy of two in a row (docs/decisions/0022)
// Parameters P_W  bits of the sum
// Ports      advance_i                 the pipeline moves; low freezes it
//            p_i                       stage P: the sum, two's complement
//            act_scale_i, wgt_scale_i  stage M: unsigned
//            scaled_o                  stage P: the exact product
`default_nettype none

module baseline_integer_scale #(
  parameter int P_W = 16
) (
  input  wire                                          clk_i,
  input  wire                                          advance_i,
  input  wire signed [P_W-1:0]                         p_i,
  input  wire        [baseline_pkg::SCALE_W-1:0]       act_scale_i,
  input  wire        [baseline_pkg::SCALE_W-1:0]       wgt_scale_i,
  output wire signed [P_W+2*baseline_pkg::SCALE_W-1:0] scaled_o
);

  localparam int SCALE_W = baseline_pkg::SCALE_W;

  wire  [2*SCALE_W:0]   scales;  // the top bit is a sign, and 0
  logic [2*SCALE_W-1:0] scales_q;
  wire unused_sign = scales[2*SCALE_W];

  bcq_digit_mul #(.P_W(SCALE_W + 1), .FACTOR_W(SCALE_W)) u_scales (
    .p_i({1'b0, act_scale_i}), .factor_i(wgt_scale_i), .product_o(scales)
  );

  always_ff @(posedge clk_i) begin
    if (advance_i) scales_q <= scales[2*SCALE_W-1:0];
  end

  bcq_digit_mul #(.P_W(P_W), .FACTOR_W(2 * SCALE_W)) u_sum (
    .p_i, .factor_i(scales_q), .product_o(scaled_o)
  );

endmodule

`default_nettype wire
