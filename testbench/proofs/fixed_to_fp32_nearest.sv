// bcq_fixed_to_fp32 rounds to nearest, ties to even.
//
// The specification does not round: it says what being nearest means. With F(b) the value of the binary32 pattern
// b, the result r is right when |S| lies between the midpoints of r and its neighbours,
//     F(r-1) + F(r) <= 2|S| <= F(r) + F(r+1),
// and where it lies on a midpoint r is even. Neighbours in value are neighbours as integers, over binades too. Zero
// is +0. All stages move; prove.py takes their registers for wires.
`default_nettype none

module fixed_to_fp32_nearest #(
  parameter int W = 63
) (
  input wire         clk_i,
  input wire [W-1:0] s_i
);

  wire [31:0] result;
  bcq_fixed_to_fp32 #(.W(W)) dut (.clk_i, .move_i(3'b111), .s_i, .fp32_o(result));

  // Values as integers with LSB 2^-42: the smallest nonzero |S|, 2^-18, has a half ulp of 2^-42.
  localparam int VALUE_W = W + 24 + 2;
  localparam int LSB = -42;

  function automatic logic [VALUE_W-1:0] value(input logic [30:0] b);
    value = VALUE_W'({1'b1, b[22:0]}) << (b[30:23] - 8'(127 + 23 + LSB));
  endfunction

  wire [W-1:0] magnitude = s_i[W-1] ? -s_i : s_i;
  wire [VALUE_W-1:0] exact = VALUE_W'(magnitude) << (bcq_pkg::ACC_LSB - LSB);
  wire [30:0] r = result[30:0];
  wire [VALUE_W:0] twice = {exact, 1'b0};
  wire [VALUE_W:0] lower = (VALUE_W+1)'(value(r - 31'd1)) + (VALUE_W+1)'(value(r));
  wire [VALUE_W:0] upper = (VALUE_W+1)'(value(r)) + (VALUE_W+1)'(value(r + 31'd1));

  always_comb begin
    if (s_i == '0) begin
      assert (result == 32'd0);
    end else begin
      assert (result[31] == s_i[W-1]);
      // The range in which value() is right: normal, from 2^-18 to 2^(W-1-18).
      assert (r[30:23] >= 8'(127 - 18) && r[30:23] <= 8'(127 - 18 + W - 1));
      assert (lower < twice || (lower == twice && !r[0]));
      assert (twice < upper || (twice == upper && !r[0]));
    end
  end

endmodule

`default_nettype wire
