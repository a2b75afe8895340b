// IEEE 754 binary32 multiplication, RNE, with subnormals, signed zero and overflow to infinity, combinational.
//
// Contract  operands are finite: the exponent field 255 is not a legal input.
// Ports     a_i, b_i   binary32, finite
//           product_o  binary32; infinity where the rounded product exceeds the largest finite number
`default_nettype none

module bcq_fp32_mul (
  input  wire [31:0] a_i,
  input  wire [31:0] b_i,
  output wire [31:0] product_o
);

  localparam int EXP_W = 11;  // signed; covers every sum, shift and normalisation

  wire sign = a_i[31] ^ b_i[31];
  wire a_normal = a_i[30:23] != 8'd0;
  wire b_normal = b_i[30:23] != 8'd0;
  wire [23:0] a_significand = {a_normal, a_i[22:0]};
  wire [23:0] b_significand = {b_normal, b_i[22:0]};
  // A subnormal has the exponent of the smallest normal.
  wire [7:0] a_exponent = a_normal ? a_i[30:23] : 8'd1;
  wire [7:0] b_exponent = b_normal ? b_i[30:23] : 8'd1;

  wire [47:0] product = 48'(a_significand) * 48'(b_significand);

  logic [5:0] leading_zeros;
  always_comb begin
    leading_zeros = 6'd48;
    for (int i = 0; i < 48; i++) begin
      if (product[i]) leading_zeros = 6'(47 - i);
    end
  end

  // Leading one at bit 47, weight 2^(exponent - 127); exponent <= 0 means a subnormal result.
  wire [47:0] normalised = product << leading_zeros;
  wire signed [EXP_W-1:0] exponent =
      $signed(EXP_W'(a_exponent)) + $signed(EXP_W'(b_exponent)) - $signed(EXP_W'(126)) - $signed(EXP_W'(leading_zeros));
  wire subnormal = exponent < $signed(EXP_W'(1));
  wire signed [EXP_W-1:0] deficit = $signed(EXP_W'(1)) - exponent;
  // A shift of 25 leaves less than half of the smallest subnormal, and so does every larger one.
  wire [4:0] shift = !subnormal ? 5'd0 : (deficit > $signed(EXP_W'(25))) ? 5'd25 : deficit[4:0];

  // 24 result bits, guard, and the rest as sticky; 25 extra bits keep what a subnormal shifts out.
  wire [72:0] aligned = {normalised, 25'd0} >> shift;
  wire guard = aligned[48];
  wire sticky = |aligned[47:0];
  wire round_up = guard && (sticky || aligned[49]);
  wire [7:0] exponent_field = subnormal ? 8'd0 : exponent[7:0];
  // A carry out of the largest finite number gives the bits of infinity by itself.
  wire [31:0] rounded = {1'b0, exponent_field, aligned[71:49]} + 32'(round_up);
  wire overflow = !subnormal && exponent > $signed(EXP_W'(254));
  wire zero = product == '0;

  assign product_o = zero ? {sign, 31'd0} : overflow ? {sign, 8'hFF, 23'd0} : {sign, rounded[30:0]};

  wire unused_bits = ^{aligned[72], rounded[31]};

endmodule

`default_nettype wire
