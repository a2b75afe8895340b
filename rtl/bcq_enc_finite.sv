// Makes a beat of floating-point scalars safe for the encoder, combinational.
//
// Purpose    lanes that do not exist become +0; NaN and infinity become the largest finite number of their sign, and are
//            reported: nothing behind this module knows an exponent field of 255.
// Parameters LANES      scalars per beat, >= 1
//            PRECISION  significand bits, hidden bit included: 24 (binary32) or 8 (bfloat16)
// Ports      scalars_i, scalars_o  lane l at [l*SCALAR_W +: SCALAR_W], IEEE 754 sign, 8 exponent bits, fraction
//            mask_i       lanes that exist
//            nonfinite_o  a lane that exists holds NaN or infinity
`default_nettype none

module bcq_enc_finite #(
  parameter int LANES = 8,
  parameter int PRECISION = 24
) (
  input  wire [LANES*bcq_enc_pkg::scalar_w(PRECISION)-1:0] scalars_i,
  input  wire [LANES-1:0]                                  mask_i,
  output wire [LANES*bcq_enc_pkg::scalar_w(PRECISION)-1:0] scalars_o,
  output wire                                              nonfinite_o
);

  localparam int W = bcq_enc_pkg::scalar_w(PRECISION);
  localparam int FRACTION_W = PRECISION - 1;

  wire [LANES-1:0] nonfinite;

  for (genvar l = 0; l < LANES; l++) begin : g_lane
    wire [W-1:0] scalar = scalars_i[l*W+:W];
    wire [W-1:0] largest = {scalar[W-1], 8'hFE, {FRACTION_W{1'b1}}};
    assign nonfinite[l] = mask_i[l] && scalar[FRACTION_W+:8] == 8'hFF;
    assign scalars_o[l*W+:W] = !mask_i[l] ? '0 : nonfinite[l] ? largest : scalar;
  end

  assign nonfinite_o = |nonfinite;

endmodule

`default_nettype wire
