// Results leave complete and in order: bcq_drain with a column of accumulators, as in bcq_array.
//
// A tile is finished whenever load_i says so; every row's accumulator then holds an arbitrary result. The
// specification keeps the results that have not left as a list, row 0 first. In every cycle, for any sink, any load
// and resets at any time:
//   - a row is offered exactly while a result has not left, and it is the oldest of them: nothing lost, doubled,
//     reordered;
//   - a tile enters only when the list is empty or its last entry leaves in that cycle: nothing is overwritten;
//   - the pipeline is held up only by a load that would overwrite; it never waits for anything else;
//   - while it is held up, each cycle in which the sink is ready takes a row out, so it is held up for at most
//     ROWS - 1 such cycles: progress.
`default_nettype none

module drain_chain #(
  parameter int ROWS = 4,
  parameter int ACC_W = 6
) (
  input wire                  clk_i,
  input wire                  rst_ni,
  input wire                  load_i,
  input wire                  row_ready_i,
  input wire [ROWS*ACC_W-1:0] results_i  // of the tile that is finished in this cycle
);

  localparam int CNT_W = $clog2(ROWS + 1);

  logic started_q = 1'b0;
  always_ff @(posedge clk_i) started_q <= 1'b1;
  wire rst_n = rst_ni && started_q;

  wire advance, row_valid, drain;
  bcq_drain #(.ROWS(ROWS)) dut (
    .clk_i, .rst_ni(rst_n), .load_i, .advance_o(advance), .row_valid_o(row_valid), .row_ready_i, .drain_o(drain)
  );

  // One block array is the whole tile: S is the term itself.
  wire [ACC_W-1:0] s [ROWS+1];
  for (genvar r = 0; r < ROWS; r++) begin : g_row
    bcq_accumulator #(.ACCUM(bcq_pkg::ACCUM_EXACT), .SCALED_W(ACC_W), .ACC_W(ACC_W)) u_accumulator (
      .clk_i, .add_i(load_i && advance), .first_i(1'b1), .last_i(1'b1),
      .scaled_i(results_i[r*ACC_W+:ACC_W]), .shift_i(5'd0), .drain_i(drain), .below_i(s[r+1]), .s_o(s[r])
    );
  end
  assign s[ROWS] = '0;

  // ---- specification ----
  logic [CNT_W-1:0] left_q;             // results that have not left
  logic [ROWS*ACC_W-1:0] list_q;        // those results, the oldest in the low bits
  wire leaves = row_valid && row_ready_i;
  wire enters = load_i && advance;

  always_ff @(posedge clk_i or negedge rst_n) begin
    if (!rst_n) left_q <= '0;
    else left_q <= (enters ? CNT_W'(ROWS) : '0) + (enters ? '0 : left_q - CNT_W'(leaves));
  end
  always_ff @(posedge clk_i) begin
    if (enters) list_q <= results_i;
    else if (leaves) list_q <= list_q >> ACC_W;
  end

  logic held_up_q;
  logic [CNT_W-1:0] left_before_q;
  always_ff @(posedge clk_i or negedge rst_n) begin
    if (!rst_n) held_up_q <= 1'b0;
    else held_up_q <= !advance && row_ready_i;
  end
  always_ff @(posedge clk_i) left_before_q <= left_q;

  // State of the modules, for the induction.
  (* hierconn *) wire [CNT_W-1:0] \dut.rows_q ;

  always_comb begin
    if (rst_n) begin
      assert (left_q <= CNT_W'(ROWS));
      assert (\dut.rows_q == left_q);
      assert (row_valid == (left_q != '0));
      assert (drain == leaves);
      if (row_valid) assert (s[0] == list_q[ACC_W-1:0]);
      if (enters) assert (left_q == '0 || (left_q == CNT_W'(1) && leaves));
      if (!advance) assert (load_i && left_q != '0 && !(left_q == CNT_W'(1) && leaves));
      if (held_up_q) assert (left_q == left_before_q - CNT_W'(1));
    end
  end

  for (genvar r = 0; r < ROWS; r++) begin : g_invariant
    always_comb begin
      if (rst_n && CNT_W'(r) < left_q) assert (s[r] == list_q[r*ACC_W+:ACC_W]);
    end
  end

endmodule

`default_nettype wire
