// Exact accumulator to binary32 with one rounding (RNE), in three stages.
//
// Purpose   a stage each to take the magnitude, to normalise it and to round it: none is longer than a stage of a PE.
// Parameter W  bits of S, 26..127
// Formats   s_i     two's complement, LSB 2^-18
//           move_i  stage i takes what the one before it holds, or s_i
//           fp32_o  what stage 2 holds. IEEE 754 binary32; always normal or +0, for 2^-18 <= |S| < 2^108
`default_nettype none

module bcq_fixed_to_fp32 #(
  parameter int W = 63
) (
  input  wire                        clk_i,
  input  wire  [2:0]                 move_i,
  input  wire  [W-1:0]               s_i,
  output logic [bcq_pkg::FP32_W-1:0] fp32_o
);

  localparam int LZ_W = $clog2(W);
  localparam int MAN_W = 24;  // hidden bit included
  // Biased exponent of a number whose leading one is the MSB.
  localparam int TOP_EXPONENT = 127 + (W - 1) + bcq_pkg::ACC_LSB;

  logic sign_q, normalised_sign_q;
  logic [W-1:0] magnitude_q, normalised_q;
  logic [LZ_W-1:0] zeros_q;

  wire [W-1:0] normalised;
  wire [LZ_W-1:0] zeros;
  bcq_normalise #(.W(W)) u_normalise (.value_i(magnitude_q), .normalised_o(normalised), .zeros_o(zeros));

  wire guard = normalised_q[W-MAN_W-1];
  wire sticky = |normalised_q[W-MAN_W-2:0];
  wire round_up = guard && (sticky || normalised_q[W-MAN_W]);
  wire [7:0] exponent = 8'(TOP_EXPONENT) - 8'(zeros_q);
  // A carry out of the fraction increments the exponent, which is just what rounding up to the next binade means.
  wire [30:0] rounded = {exponent, normalised_q[W-2-:MAN_W-1]} + 31'(round_up);

  always_ff @(posedge clk_i) begin
    if (move_i[0]) begin
      sign_q      <= s_i[W-1];
      magnitude_q <= s_i[W-1] ? -s_i : s_i;
    end
    if (move_i[1]) begin
      normalised_sign_q <= sign_q;
      normalised_q      <= normalised;
      zeros_q           <= zeros;
    end
    if (move_i[2]) fp32_o <= normalised_q[W-1] ? {normalised_sign_q, rounded} : '0;
  end

endmodule

`default_nettype wire
