// What a scale code means to the normalisers: which reciprocal, and how far to shift; combinational.
//
// Purpose    reciprocals make a multiplication of the division by s (docs/numerics.md section 3); they are of eight
//            significands, and exponents go into the shift.
// Ports      code_i         E4M3 magnitude, scale s = m * 2^(e - 9); with 0x00 every scalar is 0 and nothing here matters
//            reciprocals_i  R_m modulo 2^24 at [24*(m-8) +: 24], m = 8..15; 0 stands for 2^24
//            shift_base_i   gamma + 187 (g = G * 2^gamma)
//            reciprocal_o   R of the normalised m, below 2^24: half of R_m = 2^24, with a shift less by one
//            triple_o       3 * reciprocal_o
//            shift_o        two's complement: V = X * R * 2^(E - shift_o) for a scalar with exponent field E (1 for subnormals)
//                           and an integer significand X of 24 bits
`default_nettype none

module bcq_enc_reciprocal (
  input  wire [6:0]                                                    code_i,
  input  wire [bcq_enc_pkg::RECIPROCALS*bcq_enc_pkg::RECIPROCAL_W-1:0] reciprocals_i,
  input  wire signed [bcq_enc_pkg::EXPONENT_W-1:0]                     shift_base_i,
  output wire [bcq_enc_pkg::RECIPROCAL_W-1:0]                          reciprocal_o,
  output wire [bcq_enc_pkg::RECIPROCAL_W+1:0]                          triple_o,
  output wire signed [bcq_enc_pkg::EXPONENT_W-1:0]                     shift_o
);

  localparam int E_W = bcq_enc_pkg::EXPONENT_W;
  localparam int R_W = bcq_enc_pkg::RECIPROCAL_W;

  wire [bcq_pkg::EXP_W-1:0] exponent = bcq_pkg::e4m3_exponent(code_i[6:3]);
  wire [1:0] leading_zeros = (code_i[6:3] != 4'd0) ? 2'd0 : code_i[2] ? 2'd1 : code_i[1] ? 2'd2 : 2'd3;
  wire [2:0] m = code_i[2:0] << leading_zeros;  // below its leading one

  wire [R_W-1:0] chosen = reciprocals_i[m*R_W+:R_W];
  wire full = chosen == '0;

  assign reciprocal_o = full ? {1'b1, {(R_W - 1) {1'b0}}} : chosen;
  assign triple_o     = {2'b0, reciprocal_o} + {1'b0, reciprocal_o, 1'b0};
  assign shift_o = shift_base_i + $signed(E_W'(exponent)) - $signed(E_W'(leading_zeros)) - $signed(E_W'(full));

endmodule

`default_nettype wire
