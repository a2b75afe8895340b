// bcq_scale_mul multiplies by the values of two scale codes: scaled_o * 2^shift_o = P * value(act) * value(wgt) *
// 2^18.
//
// For every P and every pair of scale codes, at full width: nothing is cut off and the sign is right. The values
// are written as docs/numerics.md section 2 defines them; the proof e4m3 ties that definition to a table of
// fractions. The exact product is made of wide integers, one factor and one exponent after the other.
`default_nettype none

module scale_mul_value #(
  parameter int P_W = 17
) (
  input wire                  clk_i,
  input wire signed [P_W-1:0] p_i,
  input wire        [6:0]     act_i,  // magnitudes of E4M3 codes
  input wire        [6:0]     wgt_i
);

  wire signed [P_W+7:0] scaled;
  wire [4:0] shift;
  bcq_scale_mul #(.P_W(P_W)) dut (
    .clk_i, .advance_i(1'b1), .p_i,
    .act_significand_i(bcq_pkg::e4m3_significand(act_i)), .act_exponent_i(bcq_pkg::e4m3_exponent(act_i[6:3])),
    .wgt_significand_i(bcq_pkg::e4m3_significand(wgt_i)), .wgt_exponent_i(bcq_pkg::e4m3_exponent(wgt_i[6:3])),
    .scaled_o(scaled), .shift_o(shift)
  );

  // ---- specification ----
  localparam int W = P_W + 36;  // |P| * (15 * 2^14)^2 < 2^(W-1)
  wire act_subnormal = act_i[6:3] == 4'd0;
  wire wgt_subnormal = wgt_i[6:3] == 4'd0;
  wire [7:0] act_m = act_subnormal ? 8'(act_i[2:0]) : 8'd8 + 8'(act_i[2:0]);
  wire [7:0] wgt_m = wgt_subnormal ? 8'(wgt_i[2:0]) : 8'd8 + 8'(wgt_i[2:0]);
  wire [7:0] m = act_m * wgt_m;  // 225 at most
  wire [3:0] act_e = act_subnormal ? 4'd0 : act_i[6:3] - 4'd1;
  wire [3:0] wgt_e = wgt_subnormal ? 4'd0 : wgt_i[6:3] - 4'd1;
  wire [W-1:0] p = W'(p_i);
  // Digit by digit, as a product of 8 bits in one piece is more than the solver can take.
  wire [W-1:0] product = p * W'(m[1:0]) + ((p * W'(m[3:2])) << 2) + ((p * W'(m[5:4])) << 4) + ((p * W'(m[7:6])) << 6);
  wire [W-1:0] exact = (product << act_e) << wgt_e;

  wire signed [W-1:0] wide = W'(scaled);
  always_comb assert ((wide <<< shift) == exact);

endmodule

`default_nettype wire
