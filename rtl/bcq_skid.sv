// Two-entry stream register: cuts the valid, data and ready paths.
//
// Purpose   full-throughput register slice at every edge of the array.
// Parameter W  payload bits, >= 1
// Latency   a beat taken in cycle n is offered in cycle n+1; one beat per cycle; in_ready_o depends on state alone.
// Ports     in_data_i, out_data_o  payload, stable while its valid waits for ready
`default_nettype none

module bcq_skid #(
  parameter int W = 8
) (
  input  wire          clk_i,
  input  wire          rst_ni,
  input  wire          in_valid_i,
  output wire          in_ready_o,
  input  wire  [W-1:0] in_data_i,
  output wire          out_valid_o,
  input  wire          out_ready_i,
  output wire  [W-1:0] out_data_o
);

  logic head_valid_q, spare_valid_q;
  logic [W-1:0] head_q, spare_q;

  wire push = in_valid_i && in_ready_o;
  wire head_free = !head_valid_q || out_ready_i;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      head_valid_q  <= 1'b0;
      spare_valid_q <= 1'b0;
    end else if (head_free) begin
      head_valid_q  <= spare_valid_q || push;
      spare_valid_q <= 1'b0;
    end else if (push) begin
      spare_valid_q <= 1'b1;
    end
  end

  always_ff @(posedge clk_i) begin
    if (head_free) head_q <= spare_valid_q ? spare_q : in_data_i;
    if (push) spare_q <= in_data_i;
  end

  assign in_ready_o  = !spare_valid_q;
  assign out_valid_o = head_valid_q;
  assign out_data_o  = head_q;

  bcq_flow_check #(.MAX(2)) u_check_flow (
    .clk_i, .rst_ni, .in_i(push), .out_i(out_valid_o && out_ready_i), .inside_i(2'(head_valid_q) + 2'(spare_valid_q))
  );
  bcq_stream_check #(.W(W)) u_check_in (
    .clk_i, .rst_ni, .valid_i(in_valid_i), .ready_i(in_ready_o), .data_i(in_data_i)
  );
  bcq_stream_check #(.W(W)) u_check_out (
    .clk_i, .rst_ni, .valid_i(out_valid_o), .ready_i(out_ready_i), .data_i(out_data_o)
  );

endmodule

`default_nettype wire
