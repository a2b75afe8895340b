// Thresholds are what bcq_enc_thresholds makes: sums of two codewords that differ, or the one that nothing reaches.
module contract (
  input wire [2*15*7-1:0] thresholds_i
);
  genvar i;
  for (i = 0; i < 30; i = i + 1) begin : g_threshold
    always @* assume (thresholds_i[i*7+:7] != 7'd62);
  end
endmodule
