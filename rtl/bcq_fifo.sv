// First in, first out.
//
// Parameters W      payload bits, >= 1
//            DEPTH  entries, >= 1
// Latency    an entry taken in cycle n is offered in cycle n+1 when it is the only one; one entry per cycle; in_ready_o and
//            out_valid_o depend on state alone.
// Ports      in_data_i, out_data_o  payload, stable while its valid waits for ready
`default_nettype none

module bcq_fifo #(
  parameter int W = 8,
  parameter int DEPTH = 4
) (
  input  wire         clk_i,
  input  wire         rst_ni,
  input  wire         in_valid_i,
  output wire         in_ready_o,
  input  wire [W-1:0] in_data_i,
  output wire         out_valid_o,
  input  wire         out_ready_i,
  output wire [W-1:0] out_data_o
);

  localparam int PTR_W = (DEPTH > 1) ? $clog2(DEPTH) : 1;
  localparam int COUNT_W = $clog2(DEPTH + 1);

  logic [W-1:0] entry_q [DEPTH];
  logic [PTR_W-1:0] head_q, tail_q;  // where the oldest entry lies, where the next one goes
  logic [COUNT_W-1:0] count_q;

  wire push = in_valid_i && in_ready_o;
  wire pop = out_valid_o && out_ready_i;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      head_q  <= '0;
      tail_q  <= '0;
      count_q <= '0;
    end else begin
      if (pop) head_q <= (head_q == PTR_W'(DEPTH - 1)) ? '0 : head_q + PTR_W'(1);
      if (push) tail_q <= (tail_q == PTR_W'(DEPTH - 1)) ? '0 : tail_q + PTR_W'(1);
      count_q <= count_q + COUNT_W'(push) - COUNT_W'(pop);
    end
  end

  always_ff @(posedge clk_i) begin
    if (push) entry_q[tail_q] <= in_data_i;
  end

  assign in_ready_o  = count_q != COUNT_W'(DEPTH);
  assign out_valid_o = count_q != '0;
  assign out_data_o  = entry_q[head_q];

  bcq_stream_check #(.W(W)) u_check_in (
    .clk_i, .rst_ni, .valid_i(in_valid_i), .ready_i(in_ready_o), .data_i(in_data_i)
  );

endmodule

`default_nettype wire
