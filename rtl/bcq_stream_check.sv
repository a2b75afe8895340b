// Handshake rules of a valid/ready stream, checked in simulation.
//
// Purpose   once valid is high it stays high with the same data until ready takes the beat.
// Parameter W  payload bits, >= 1
// Contract  observes only; empty in synthesis.
// Ports     valid_i, ready_i  handshake of the stream under observation
//           data_i            its payload
`default_nettype none

module bcq_stream_check #(
  parameter int W = 8
) (
  input wire         clk_i,
  input wire         rst_ni,
  input wire         valid_i,
  input wire         ready_i,
  input wire [W-1:0] data_i
);

`ifndef SYNTHESIS
  logic         waiting_q;
  logic [W-1:0] data_q;

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      waiting_q <= 1'b0;
    end else begin
      if (waiting_q) begin
        assert (valid_i) else $error("valid fell before ready");
        assert (data_i === data_q) else $error("payload changed while waiting");
      end
      waiting_q <= valid_i && !ready_i;
      data_q    <= data_i;
    end
  end
`else
  wire unused_inputs = ^{clk_i, rst_ni, valid_i, ready_i, data_i};
`endif

endmodule

`default_nettype wire
