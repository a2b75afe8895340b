// Conservation of beats, checked in simulation: what has come in and not gone out is inside.
//
// Purpose   a beat that is dropped or doubled shows in the cycle in which it happens.
// Parameter MAX  most beats that can be inside, >= 1
// Contract  observes only; empty in synthesis.
// Ports     in_i      a beat is taken
//           out_i     a beat is given away
//           inside_i  beats that the observed module holds, by its own state
`default_nettype none

module bcq_flow_check #(
  parameter int MAX = 2
) (
  input wire                     clk_i,
  input wire                     rst_ni,
  input wire                     in_i,
  input wire                     out_i,
  input wire [$clog2(MAX+1)-1:0] inside_i
);

`ifndef SYNTHESIS
  localparam int COUNT_W = $clog2(MAX + 1);
  logic [COUNT_W-1:0] count_q;

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      count_q <= '0;
    end else begin
      assert (inside_i === count_q) else $error("a beat was dropped or doubled");
      count_q <= count_q + COUNT_W'(in_i) - COUNT_W'(out_i);
    end
  end
`else
  wire unused_inputs = ^{clk_i, rst_ni, in_i, out_i, inside_i};
`endif

endmodule

`default_nettype wire
