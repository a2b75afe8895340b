// What a scale code means to the normalisers: which reciprocal, and how far to shift; combinational.
//
// Formats    code_i         E4M3 magnitude, scale s = m * 2^(e - 9); with 0x00 every scalar is 0 and nothing here matters
//            reciprocals_i  R_m at [(m-8)*25 +: 25], m = 8..15
//            shift_base_i   gamma + 187 (g = G * 2^gamma)
//            reciprocal_o   R_m of the normalised m
//            shift_o        two's complement: V = X * R_m * 2^(E - shift_o) for a scalar with exponent field E (1 for
//                           subnormals) and an integer significand X of 24 bits
`default_nettype none

module bcq_enc_reciprocal (
  input  wire [6:0]                                               code_i,
  input  wire [bcq_pkg::RECIPROCALS*bcq_pkg::RECIPROCAL_W-1:0]    reciprocals_i,
  input  wire signed [bcq_pkg::EXPONENT_W-1:0]                    shift_base_i,
  output wire [bcq_pkg::RECIPROCAL_W-1:0]                         reciprocal_o,
  output wire signed [bcq_pkg::EXPONENT_W-1:0]                    shift_o
);

  localparam int E_W = bcq_pkg::EXPONENT_W;

  wire [bcq_pkg::EXP_W-1:0] exponent = bcq_pkg::e4m3_exponent(code_i[6:3]);
  wire [1:0] leading_zeros = (code_i[6:3] != 4'd0) ? 2'd0 : code_i[2] ? 2'd1 : code_i[1] ? 2'd2 : 2'd3;
  wire [2:0] m = code_i[2:0] << leading_zeros;  // below its leading one

  assign reciprocal_o = reciprocals_i[m*bcq_pkg::RECIPROCAL_W+:bcq_pkg::RECIPROCAL_W];
  assign shift_o      = shift_base_i + $signed(E_W'(exponent)) - $signed(E_W'(leading_zeros));

endmodule

`default_nettype wire
