// A two's complement integer as a floating-point number, combinational.
//
// Purpose    what binary32 accumulators add: with the leading one found in the stage before, it is not in their loop.
// Parameters W       bits of the integer, >= 3
//            SCALED  1: exponent_i counts; 0: the number is the integer times a constant
//            EXP_W   bits of the exponent
//            TOP     exponent of a number whose leading one is the MSB of its magnitude, where exponent_i is 0; > W
// Ports      integer_i      not the most negative one
//            exponent_i     the number is so many binades larger
//            sign_o, exponent_o, significand_o  leading one at the MSB; zero has exponent 0 and significand 0
`default_nettype none

module baseline_float #(
  parameter int W = 14,
  parameter int SCALED = 1,
  parameter int EXP_W = 10,
  parameter int TOP = 43
) (
  input  wire [W-1:0]                      integer_i,
  input  wire [baseline_pkg::MX_EXP_W-1:0] exponent_i,
  output wire                              sign_o,
  output wire [EXP_W-1:0]                  exponent_o,
  output wire [W-2:0]                      significand_o
);

  wire [W-1:0] magnitude = sign_o ? -integer_i : integer_i;
  wire [$clog2(W-1)-1:0] zeros;
  wire [EXP_W-1:0] top;

  bcq_normalise #(.W(W - 1)) u_normalise (.value_i(magnitude[W-2:0]), .normalised_o(significand_o), .zeros_o(zeros));

  if (SCALED == 1) begin : g_scaled
    assign top = EXP_W'(TOP) + EXP_W'(exponent_i);
  end else begin : g_constant
    assign top = EXP_W'(TOP);
    wire unused_exponent = ^exponent_i;
  end

  assign sign_o     = integer_i[W-1];
  assign exponent_o = significand_o[W-2] ? top - EXP_W'(zeros) : '0;

  wire unused_bit = magnitude[W-1];

endmodule

`default_nettype wire
