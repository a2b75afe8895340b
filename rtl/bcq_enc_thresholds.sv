// Where the nearest codeword of a codebook changes, combinational.
//
// Purpose    V is nearer to codeword c_(i+1) than to c_i when V > 8 (c_i + c_(i+1)), that is when floor((V - 1) / 8) is at least
//            c_i + c_(i+1). Of equal codewords the lowest index wins, so all of them but the last are left only where the
//            last is: they take over its threshold, or one that nothing reaches at the end of the codebook.
// Parameter  BC  codeword bits, 4..8
// Contract   follows the codebook store, which stands still while beats are in flight: its paths are no cycle's business.
// Ports      codebook_i    codeword i at [i*BC +: BC], two's complement, ascending, within +-(2^(BC-1) - 1)
//            thresholds_o  threshold i at [i*(BC+1) +: BC+1], i = 0..14, two's complement, ascending: c_i + c_(i+1), or
//                          2^BC - 1, which nothing reaches
`default_nettype none

module bcq_enc_thresholds #(
  parameter int BC = 6
) (
  input  wire  [bcq_pkg::ENTRIES*BC-1:0]                               codebook_i,
  output logic [(bcq_pkg::ENTRIES-1)*bcq_enc_pkg::threshold_w(BC)-1:0] thresholds_o
);

  localparam int T_W = bcq_enc_pkg::threshold_w(BC);

  logic signed [BC-1:0] low, high;
  logic signed [T_W-1:0] threshold;

  always_comb begin
    low          = '0;
    high         = '0;
    thresholds_o = '0;
    threshold    = {1'b0, {(T_W - 1) {1'b1}}};
    for (int i = bcq_pkg::ENTRIES - 2; i >= 0; i--) begin
      low  = $signed(codebook_i[i*BC+:BC]);
      high = $signed(codebook_i[(i+1)*BC+:BC]);
      if (low != high) threshold = T_W'(low) + T_W'(high);
      thresholds_o[i*T_W+:T_W] = threshold;
    end
  end

endmodule

`default_nettype wire
