// The scale of a block array: the E4M3 code of max / (Q * g), rounded to nearest, ties to even.
//
// Purpose    one short division per block array: five quotient digits and whether anything remains decide the code exactly.
//            The divisor Q*g = D * 2^d comes with its MSB set, so the quotient of significands lies in (1/2, 2).
// Parameters PRECISION  significand bits, hidden bit included: 24 (binary32) or 8 (bfloat16)
//            BC         codeword bits, 4..8
// Latency    valid_i in cycle n gives valid_o in cycle n+1; one array per cycle; never stalls.
// Ports      valid_i      a maximum is there
//            max_i        exponent field and fraction of the largest magnitude a, finite; 0 gives code 0x00
//            divisor_i    D, unsigned, MSB set
//            code_bias_i  two's complement: the code's exponent field is that of a, minus this, minus 1 where the quotient of
//                         significands is below 1
//            valid_o      a code is there
//            code_o       0x00, or 0x01..0x7E
`default_nettype none

module bcq_enc_scale_code #(
  parameter int PRECISION = 24,
  parameter int BC = 6
) (
  input  wire                                        clk_i,
  input  wire                                        rst_ni,
  input  wire                                        valid_i,
  input  wire [bcq_enc_pkg::scalar_w(PRECISION)-2:0] max_i,
  input  wire [bcq_enc_pkg::divisor_w(BC)-1:0]       divisor_i,
  input  wire signed [bcq_enc_pkg::EXPONENT_W-1:0]   code_bias_i,
  output wire                                        valid_o,
  output wire [bcq_pkg::SCALE_W-1:0]                 code_o
);

  localparam int D_W = bcq_enc_pkg::divisor_w(BC);
  localparam int E_W = bcq_enc_pkg::EXPONENT_W;
  localparam int LZ_W = $clog2(PRECISION + 1);
  localparam int DIGITS = 4;  // after the leading one: three of the mantissa and the guard digit

  // ---- the leading digit: a = X * 2^x with the MSB of X set, quotient 1.ddd or 0.1ddd ----
  wire [7:0] field = max_i[PRECISION-1+:8];
  wire normal = field != 8'd0;
  wire [PRECISION-1:0] significand = {normal, max_i[PRECISION-2:0]};
  wire [7:0] a_exponent = normal ? field : 8'd1;  // a subnormal has that of the smallest normal

  logic [LZ_W-1:0] leading_zeros;
  always_comb begin
    leading_zeros = '0;
    for (int i = 0; i < PRECISION; i++) begin
      if (significand[i]) leading_zeros = LZ_W'(PRECISION - 1 - i);
    end
  end

  wire [PRECISION-1:0] normalised = significand << leading_zeros;
  wire [D_W-1:0] dividend = {normalised, {(D_W - PRECISION) {1'b0}}};
  wire below_one = dividend < divisor_i;
  wire [D_W:0] leading = below_one ? {dividend, 1'b0} : {1'b0, dividend};
  wire [D_W:0] leading_rest = leading - {1'b0, divisor_i};
  wire signed [E_W-1:0] exponent =
      $signed(E_W'(a_exponent)) - $signed(E_W'(leading_zeros)) - code_bias_i - $signed(E_W'(below_one));

  logic valid_q, zero_q;
  logic [D_W-1:0] rest_q;
  logic signed [E_W-1:0] exponent_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= 1'b0;
    else valid_q <= valid_i;
  end

  always_ff @(posedge clk_i) begin
    zero_q     <= significand == '0;
    rest_q     <= leading_rest[D_W-1:0];
    exponent_q <= exponent;
  end

  // ---- the other digits, and rounding ----
  logic [DIGITS-1:0] digits;
  logic [D_W:0] rest;
  logic signed [D_W:0] difference;  // within +-D
  always_comb begin
    rest       = {1'b0, rest_q};
    difference = '0;
    digits     = '0;
    for (int i = DIGITS - 1; i >= 0; i--) begin
      rest       = rest << 1;
      difference = $signed(rest - {1'b0, divisor_i});
      digits[i]  = difference >= 0;
      if (digits[i]) rest = difference;
    end
  end

  // A code below the normal ones keeps fewer digits; from a shift of five on less than half of the smallest is left.
  wire subnormal = exponent_q < $signed(E_W'(1));
  wire signed [E_W-1:0] deficit = $signed(E_W'(1)) - exponent_q;
  wire [2:0] shift = !subnormal ? 3'd0 : (deficit > $signed(E_W'(5))) ? 3'd5 : deficit[2:0];
  wire [9:0] quotient = {1'b1, digits, 5'd0} >> shift;
  wire sticky = |quotient[4:0] || rest != '0;
  wire round_up = quotient[5] && (sticky || quotient[6]);
  // The leading one is the hidden bit; a carry out of the mantissa increments the exponent field.
  wire [7:0] rounded = {1'b0, subnormal ? 4'd0 : exponent_q[3:0], quotient[8:6]} + 8'(round_up);
  wire overflow = exponent_q > $signed(E_W'(15)) || rounded > 8'h7E;

  assign valid_o = valid_q;
  assign code_o  = zero_q ? 8'h00 : (!subnormal && overflow) ? 8'h7E : (rounded == 8'h00) ? 8'h01 : rounded;

  wire unused_bits = ^{leading_rest[D_W], quotient[9]};

endmodule

`default_nettype wire
