// Exact accumulator to binary32 with one rounding (RNE), combinational.
//
// Parameter W  bits of S, 26..127
// Formats   s_i     two's complement, LSB 2^-18
//           fp32_o  IEEE 754 binary32; always normal or +0, for 2^-18 <= |S| < 2^108
`default_nettype none

module bcq_fixed_to_fp32 #(
  parameter int W = 63
) (
  input  wire [W-1:0]               s_i,
  output wire [bcq_pkg::FP32_W-1:0] fp32_o
);

  localparam int LZ_W = $clog2(W + 1);
  localparam int MAN_W = 24;  // hidden bit included
  // Biased exponent of a number whose leading one is the MSB.
  localparam int TOP_EXPONENT = 127 + (W - 1) + bcq_pkg::ACC_LSB;

  wire sign = s_i[W-1];
  wire [W-1:0] magnitude = sign ? -s_i : s_i;

  logic [LZ_W-1:0] leading_zeros;
  always_comb begin
    leading_zeros = LZ_W'(W);
    for (int i = 0; i < W; i++) begin
      if (magnitude[i]) leading_zeros = LZ_W'(W - 1 - i);
    end
  end

  wire [W-1:0] normalised = magnitude << leading_zeros;
  wire guard = normalised[W-MAN_W-1];
  wire sticky = |normalised[W-MAN_W-2:0];
  wire round_up = guard && (sticky || normalised[W-MAN_W]);
  wire [7:0] exponent = 8'(TOP_EXPONENT) - 8'(leading_zeros);
  // A carry out of the fraction increments the exponent, which is just what rounding up to the next binade means.
  wire [30:0] rounded = {exponent, normalised[W-2-:MAN_W-1]} + 31'(round_up);

  assign fp32_o = normalised[W-1] ? {sign, rounded} : '0;

endmodule

`default_nettype wire
