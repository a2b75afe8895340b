// Event counters of a run, 64 bits each.
//
// Parameter  N  counters, >= 1
// Contract   clear_i sets all to 0; otherwise counter i goes up in a cycle with event_i[i].
// Ports      clear_i  all counters to 0
//            event_i  counter i goes up in a cycle with event_i[i]
//            count_o  counter i at [i*64 +: 64]
`default_nettype none

module bcq_counters #(
  parameter int N = 7
) (
  input  wire             clk_i,
  input  wire             rst_ni,
  input  wire             clear_i,
  input  wire  [N-1:0]    event_i,
  output wire  [N*64-1:0] count_o
);

  for (genvar i = 0; i < N; i++) begin : g_counter
    logic [63:0] count_q;
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) count_q <= '0;
      else if (clear_i) count_q <= '0;
      else if (event_i[i]) count_q <= count_q + 64'd1;
    end
    assign count_o[i*64+:64] = count_q;
  end

endmodule

`default_nettype wire
