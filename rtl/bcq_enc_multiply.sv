// A significand times a reciprocal, exact; combinational.
//
// Purpose    radix-8 Booth: three bits of the significand at a time choose one of 0, 1, 2, 3, 4 times the reciprocal, and a sign.
//            The one multiple that is no shift, 3R, is made once for all lanes. Rows and constants are one sum, which
//            synthesis adds up in carry-save form: two thirds of the area of a plain multiplication.
// Parameters A_W  bits of the significand, >= 1
//            B_W  bits of the reciprocal, >= 1
//            P_W  bits of the product, <= A_W + B_W: higher bits are dropped
// Formats    a_i, b_i, triple_i  unsigned; triple_i = 3 * b_i
//            product_o           unsigned, a_i * b_i modulo 2^P_W
`default_nettype none

module bcq_enc_multiply #(
  parameter int A_W = 24,
  parameter int B_W = 24,
  parameter int P_W = 48
) (
  input  wire  [A_W-1:0] a_i,
  input  wire  [B_W-1:0] b_i,
  input  wire  [B_W+1:0] triple_i,
  output logic [P_W-1:0] product_o
);

  localparam int DIGITS = A_W / 3 + 1;  // the highest one is not negative
  localparam int ROW_W = B_W + 3;       // 4R and a sign

  // A row is -4R..4R in two's complement less one where negative: what is missing is added as `carries`. Its sign bit s stands
  // for -s * 2^(ROW_W-1): it counts inverted, and `offsets` take 2^(ROW_W-1) off.
  wire [3*DIGITS:0] digits = {{(3 * DIGITS - A_W) {1'b0}}, a_i, 1'b0};
  logic [3:0] digit;
  logic [2:0] twice;  // 2 * |digit|, or one less
  logic [ROW_W-1:0] multiple, row;
  logic [P_W-1:0] rows, carries, offsets;

  always_comb begin
    digit    = '0;
    twice    = '0;
    multiple = '0;
    row      = '0;
    rows     = '0;
    carries  = '0;
    offsets  = '0;
    for (int i = 0; i < DIGITS; i++) begin
      digit    = digits[3*i+:4];
      twice    = digit[3] ? ~digit[2:0] : digit[2:0];
      multiple = '0;
      if (twice == 3'd1 || twice == 3'd2) multiple = multiple | {3'b0, b_i};
      if (twice == 3'd3 || twice == 3'd4) multiple = multiple | {2'b0, b_i, 1'b0};
      if (twice == 3'd5 || twice == 3'd6) multiple = multiple | {1'b0, triple_i};
      if (twice == 3'd7) multiple = multiple | {1'b0, b_i, 2'b0};
      row          = digit[3] ? ~multiple : multiple;
      row[ROW_W-1] = !digit[3];
      rows         = rows + (P_W'(row) << (3 * i));
      carries      = carries | (P_W'(digit[3]) << (3 * i));
      offsets      = offsets - (P_W'(1) << (3 * i + ROW_W - 1));
    end
    product_o = rows + carries + offsets;
  end

endmodule

`default_nettype wire
