// A significand times a reciprocal, exact; combinational.
//
// Purpose    radix-8 Booth: three bits of the significand at a time choose one of 0, 1, 2, 3, 4 times the reciprocal, and a sign.
//            The one multiple that is no shift, 3R, is made once for all lanes. Rows, carries and constants are one sum, which
//            synthesis adds up in carry-save form.
// Parameters A_W  bits of the significand, >= 1
//            B_W  bits of the reciprocal, >= 1
//            P_W  bits of the product, <= A_W + B_W: higher bits are dropped
// Ports      a_i        significand, unsigned
//            b_i        reciprocal, unsigned
//            triple_i   3 * b_i
//            product_o  a_i * b_i modulo 2^P_W
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

  // A row is -4R..4R in two's complement, less one where negative: `carries` add it. Its sign bit s stands for
  // -s * 2^(ROW_W-1): it counts inverted, and `offsets` take 2^(ROW_W-1) off.
  wire [3*DIGITS:0] digits = {{(3 * DIGITS - A_W) {1'b0}}, a_i, 1'b0};
  wire [DIGITS-1:0] negative;
  wire [DIGITS*ROW_W-1:0] rows;

  for (genvar i = 0; i < DIGITS; i++) begin : g_row
    wire [2:0] bits = digits[3*i+:3];
    assign negative[i] = digits[3*i+3];
    wire [2:0] twice = bits ^ {3{negative[i]}};  // 2 * |digit|, or one less
    wire [ROW_W-2:0] once_r = {(ROW_W - 1) {twice == 3'd1 || twice == 3'd2}} & {2'b0, b_i};
    wire [ROW_W-2:0] twice_r = {(ROW_W - 1) {twice == 3'd3 || twice == 3'd4}} & {1'b0, b_i, 1'b0};
    wire [ROW_W-2:0] thrice_r = {(ROW_W - 1) {twice == 3'd5 || twice == 3'd6}} & triple_i;
    wire [ROW_W-2:0] fourfold_r = {(ROW_W - 1) {twice == 3'd7}} & {b_i, 2'b0};
    wire [ROW_W-2:0] multiple = once_r | twice_r | thrice_r | fourfold_r;
    assign rows[i*ROW_W+:ROW_W] = {!negative[i], multiple ^ {(ROW_W - 1) {negative[i]}}};
  end

  logic [P_W-1:0] carries, offsets;

  always_comb begin
    product_o = '0;
    carries   = '0;
    offsets   = '0;
    for (int i = 0; i < DIGITS; i++) begin
      product_o = product_o + (P_W'(rows[i*ROW_W+:ROW_W]) << (3 * i));
      carries   = carries | (P_W'(negative[i]) << (3 * i));
      offsets   = offsets - (P_W'(1) << (3 * i + ROW_W - 1));
    end
    product_o = product_o + carries + offsets;
  end

endmodule

`default_nettype wire
