// bcq_skid is a queue of two beats: what goes in comes out, once, in order, and waits unchanged.
//
// The specification is a queue written down as such: `count_q` beats inside, the oldest first. Its outputs are
// compared with the module's in every cycle, for any behaviour of source and sink, legal or not, and with resets at
// any time.
`default_nettype none

module skid_order #(
  parameter int W = 8
) (
  input wire         clk_i,
  input wire         rst_ni,
  input wire         in_valid_i,
  input wire [W-1:0] in_data_i,
  input wire         out_ready_i
);

  // Time starts with a reset.
  logic started_q = 1'b0;
  always_ff @(posedge clk_i) started_q <= 1'b1;
  wire rst_n = rst_ni && started_q;

  wire in_ready, out_valid;
  wire [W-1:0] out_data;
  bcq_skid #(.W(W)) dut (
    .clk_i, .rst_ni(rst_n), .in_valid_i, .in_ready_o(in_ready), .in_data_i,
    .out_valid_o(out_valid), .out_ready_i, .out_data_o(out_data)
  );

  // ---- specification ----
  logic [1:0] count_q;
  logic [W-1:0] oldest_q, second_q;
  wire push = in_valid_i && in_ready;
  wire pop = out_valid && out_ready_i;

  always_ff @(posedge clk_i or negedge rst_n) begin
    if (!rst_n) count_q <= 2'd0;
    else count_q <= count_q + 2'(push) - 2'(pop);
  end

  always_ff @(posedge clk_i) begin
    if (pop) oldest_q <= (count_q == 2'd2) ? second_q : in_data_i;
    else if (push && count_q == 2'd0) oldest_q <= in_data_i;
    if (push && !pop && count_q == 2'd1) second_q <= in_data_i;
  end

  // ---- stable while waiting, seen from outside alone ----
  logic waiting_q;
  logic [W-1:0] waiting_data_q;
  always_ff @(posedge clk_i or negedge rst_n) begin
    if (!rst_n) waiting_q <= 1'b0;
    else waiting_q <= out_valid && !out_ready_i;
  end
  always_ff @(posedge clk_i) waiting_data_q <= out_data;

  // State of the module, for the induction.
  (* hierconn *) wire [W-1:0] \dut.spare_q ;

  always_comb begin
    if (rst_n) begin
      assert (count_q <= 2'd2);
      assert (in_ready == (count_q != 2'd2));
      assert (out_valid == (count_q != 2'd0));
      if (out_valid) assert (out_data == oldest_q);
      if (waiting_q) assert (out_valid && out_data == waiting_data_q);
      if (count_q == 2'd2) assert (\dut.spare_q == second_q);
    end
  end

endmodule

`default_nettype wire
