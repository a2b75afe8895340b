// The nearest codeword of one scalar in one codebook, and what it adds to the block's error; combinational.
//
// Purpose    (V - 16c)^2 = V^2 + 32 c (8c - V), and V^2 is the same for all codebooks: they are compared by the score
//            c (8c - V), five bits shorter than the square.
// Parameter  BC  codeword bits, 4..8
// Formats    v_i           V, two's complement
//            codebook_i    codeword i at [i*BC +: BC], two's complement, ascending
//            thresholds_i  as bcq_enc_thresholds makes them
//            index_o       the nearest codeword, the lowest of several
//            score_o       two's complement, score_w(BC) bits
`default_nettype none

module bcq_enc_nearest #(
  parameter int BC = 6
) (
  input  wire  [bcq_pkg::v_w(BC)-1:0]                                  v_i,
  input  wire  [bcq_pkg::ENTRIES*BC-1:0]                               codebook_i,
  input  wire  [(bcq_pkg::ENTRIES-1)*bcq_pkg::threshold_w(BC)-1:0]     thresholds_i,
  output logic [bcq_pkg::INDEX_W-1:0]                                  index_o,
  output wire  [bcq_pkg::score_w(BC)-1:0]                              score_o
);

  localparam int V_W = bcq_pkg::v_w(BC);
  localparam int T_W = bcq_pkg::threshold_w(BC);
  localparam int SCORE_W = bcq_pkg::score_w(BC);

  // floor((V - 1) / 8); V cannot underflow, its magnitude is below 2^(V_W-1).
  wire [V_W-1:0] v_minus_one = v_i - V_W'(1);
  wire signed [T_W-1:0] coarse = $signed(v_minus_one[V_W-1-:T_W]);

  // A thermometer: ones up to the index. Codeword and index are read where it ends.
  logic [bcq_pkg::ENTRIES:0] passed;
  logic [BC-1:0] codeword;
  logic here;
  always_comb begin
    passed   = '0;
    passed[0] = 1'b1;
    for (int i = 1; i < bcq_pkg::ENTRIES; i++) begin
      passed[i] = coarse > $signed(thresholds_i[(i-1)*T_W+:T_W]);
    end
    index_o  = '0;
    codeword = '0;
    here     = 1'b0;
    for (int i = 0; i < bcq_pkg::ENTRIES; i++) begin
      here = passed[i] && !passed[i+1];
      if (here) index_o = index_o | bcq_pkg::INDEX_W'(i);
      if (here) codeword = codeword | codebook_i[i*BC+:BC];
    end
  end

  wire signed [SCORE_W-1:0] c = SCORE_W'($signed(codeword));
  wire signed [SCORE_W-1:0] v = SCORE_W'($signed(v_i));
  assign score_o = c * ((c <<< 3) - v);

  wire unused_bits = ^v_minus_one[V_W-T_W-1:0];

endmodule

`default_nettype wire
