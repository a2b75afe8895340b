// An integer times a short unsigned factor, combinational.
//
// Purpose    two bits of the factor at a time choose 0, p, 2p or 3p: half the rows of a multiplier to add up, and 3p.
// Parameters P_W       bits of the integer, >= 2
//            FACTOR_W  bits of the factor, even
// Formats    p_i        two's complement integer
//            factor_i   unsigned
//            product_o  two's complement, exact
`default_nettype none

module bcq_digit_mul #(
  parameter int P_W = 17,
  parameter int FACTOR_W = 4
) (
  input  wire signed [P_W-1:0]          p_i,
  input  wire        [FACTOR_W-1:0]     factor_i,
  output logic       [P_W+FACTOR_W-1:0] product_o
);

  localparam int PRODUCT_W = P_W + FACTOR_W;
  localparam int ROW_W = P_W + 2;
  localparam int DIGITS = FACTOR_W / 2;
  // Rows are added as unsigned numbers, so that no sign is extended: a row of sign s is {!s, others} - 2^(ROW_W-1).
  localparam logic [ROW_W-1:0] SIGN = {1'b1, {(ROW_W - 1) {1'b0}}};
  // What is too much does not depend on the operands: over all digits, 2^(ROW_W-1) * (4^DIGITS - 1) / 3.
  localparam logic [PRODUCT_W-1:0] EXCESS = PRODUCT_W'((4 ** DIGITS - 1) / 3) << (ROW_W - 1);

  wire signed [ROW_W-1:0] p1 = ROW_W'(p_i);
  wire signed [ROW_W-1:0] p2 = p1 <<< 1;
  wire signed [ROW_W-1:0] p3 = p1 + p2;
  logic [ROW_W-1:0] row;

  always_comb begin
    row = '0;
    product_o = -EXCESS;
    for (int d = 0; d < DIGITS; d++) begin
      case (factor_i[2*d+:2])
        2'd0: row = '0;
        2'd1: row = p1;
        2'd2: row = p2;
        default: row = p3;
      endcase
      row = row ^ SIGN;
      product_o = product_o + (PRODUCT_W'(row) << (2 * d));
    end
  end

endmodule

`default_nettype wire
