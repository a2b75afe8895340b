// The nearest codeword of one scalar in every codebook, combinational.
//
// Purpose    four comparisons with midpoints, each of which halves what is left; the answers are the bits of the index.
// Parameters NC  codebooks, >= 1
//            BC  codeword bits, 4..8
// Ports      minus_v_i     -V, two's complement
//            thresholds_i  codebook c at [c*15*THRESHOLD_W +: 15*THRESHOLD_W], as bcq_enc_thresholds makes them
//            indices_o     codebook c at [4*c +: 4]: the nearest codeword, the lowest of several
`default_nettype none

module bcq_enc_nearest #(
  parameter int NC = 8,
  parameter int BC = 6
) (
  input  wire [bcq_enc_pkg::v_w(BC)-1:0]                                 minus_v_i,
  input  wire [NC*(bcq_pkg::ENTRIES-1)*bcq_enc_pkg::threshold_w(BC)-1:0] thresholds_i,
  output wire [NC*bcq_pkg::INDEX_W-1:0]                                  indices_o
);

  localparam int V_W = bcq_enc_pkg::v_w(BC);
  localparam int T_W = bcq_enc_pkg::threshold_w(BC);

  // floor((V - 1) / 8) = ~floor(-V / 8), brought into the range of the thresholds but below the one that nothing reaches.
  wire signed [V_W-4:0] eighth = $signed(~minus_v_i[V_W-1:3]);
  wire above = !eighth[V_W-4] && (eighth[V_W-5] || &eighth[T_W-2:0]);
  wire below = eighth[V_W-4] && !eighth[V_W-5];
  wire signed [T_W-1:0] place =
      above ? {1'b0, {(T_W - 2) {1'b1}}, 1'b0} : below ? {1'b1, {(T_W - 1) {1'b0}}} : eighth[T_W-1:0];

  for (genvar c = 0; c < NC; c++) begin : g_codebook
    wire [15*T_W-1:0] of_15 = thresholds_i[c*15*T_W+:15*T_W];
    wire bit_3 = place >= $signed(of_15[7*T_W+:T_W]);
    wire [7*T_W-1:0] of_7 = bit_3 ? of_15[8*T_W+:7*T_W] : of_15[0+:7*T_W];
    wire bit_2 = place >= $signed(of_7[3*T_W+:T_W]);
    wire [3*T_W-1:0] of_3 = bit_2 ? of_7[4*T_W+:3*T_W] : of_7[0+:3*T_W];
    wire bit_1 = place >= $signed(of_3[T_W+:T_W]);
    wire [T_W-1:0] of_1 = bit_1 ? of_3[2*T_W+:T_W] : of_3[0+:T_W];
    wire bit_0 = place >= $signed(of_1);
    assign indices_o[c*bcq_pkg::INDEX_W+:bcq_pkg::INDEX_W] = {bit_3, bit_2, bit_1, bit_0};
  end

  wire unused_low_bits = ^minus_v_i[2:0];

endmodule

`default_nettype wire
