// The life of a run: it starts, its tiles leave, it ends; or an error halts it and an abort clears it away.
//
// Purpose    every result beat that leaves belongs to a complete tile of legal beats, whatever went wrong.
// Parameter  ROWS  result beats of a tile, >= 1
// Contract   start_i begins a run (only while neither busy_o nor halted_o); open_o is high from the next cycle: operands flow.
//            stop_i (an illegal operand beat) or abort_i closes open_o; tiles of which both operands are complete still
//            leave. abort_i then, with the last of them gone, raises flush_o for one cycle, which resets array and guards.
//            tiles_i is stable during a run.
// Ports      start_i       a run begins
//            abort_i       it ends, or a halt is left
//            stop_i        an illegal operand beat
//            tiles_i       tiles of the run
//            act_tiles_i, wgt_tiles_i  tiles that have passed the guards
//            res_taken_i   a result beat leaves
//            res_last_o    the result beat on offer is the run's last
//            tiles_done_o  tiles that have left
//            open_o        operands may flow
//            busy_o        a run is under way, or results still leave
//            halted_o      an error has stopped the run
//            flush_o       one cycle: reset of array and guards
//            done_o        one cycle: the run's last result has left
//            aborted_o     one cycle: the abort has taken effect
`default_nettype none

module bcq_run #(
  parameter int ROWS = 16
) (
  input  wire         clk_i,
  input  wire         rst_ni,
  input  wire         start_i,
  input  wire         abort_i,
  input  wire         stop_i,
  input  wire  [31:0] tiles_i,
  input  wire  [31:0] act_tiles_i,
  input  wire  [31:0] wgt_tiles_i,
  input  wire         res_taken_i,
  output wire         res_last_o,
  output wire  [31:0] tiles_done_o,
  output wire         open_o,
  output wire         busy_o,
  output wire         halted_o,
  output wire         flush_o,
  output wire         done_o,
  output wire         aborted_o
);

  localparam int ROW_W = (ROWS > 1) ? $clog2(ROWS) : 1;

  typedef enum logic [1:0] {IDLE, RUN, HALT, FLUSH} state_e;
  state_e state_q;
  logic abort_q;               // an abort waits for complete tiles to leave
  logic [31:0] tiles_q;        // tiles that have left
  logic [ROW_W-1:0] row_q;     // of the tile that is leaving

  wire tile_last = row_q == ROW_W'(ROWS - 1);
  wire run_last = tile_last && tiles_q + 32'd1 == tiles_i;
  wire finished = res_taken_i && run_last;
  wire [31:0] complete = (act_tiles_i < wgt_tiles_i) ? act_tiles_i : wgt_tiles_i;
  wire drained = tiles_q == complete;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q <= IDLE;
      abort_q <= 1'b0;
    end else begin
      abort_q <= (abort_q || abort_i) && state_q != FLUSH;
      unique case (state_q)
        IDLE: if (abort_i || abort_q) state_q <= FLUSH; else if (start_i) state_q <= RUN;
        RUN: if (finished) state_q <= IDLE; else if (stop_i || abort_i) state_q <= HALT;
        HALT: if (abort_q && drained) state_q <= FLUSH;
        default: state_q <= IDLE;
      endcase
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      tiles_q <= '0;
      row_q   <= '0;
    end else if (start_i) begin
      tiles_q <= '0;
      row_q   <= '0;
    end else if (res_taken_i) begin
      tiles_q <= tiles_q + 32'(tile_last);
      row_q   <= tile_last ? '0 : row_q + ROW_W'(1);
    end
  end

  assign res_last_o   = run_last;
  assign tiles_done_o = tiles_q;
  assign open_o       = state_q == RUN;
  assign busy_o       = state_q == RUN || (state_q == HALT && !drained) || state_q == FLUSH || abort_q;
  assign halted_o     = state_q == HALT;
  assign flush_o      = state_q == FLUSH;
  assign done_o       = finished;
  assign aborted_o    = state_q == FLUSH;

endmodule

`default_nettype wire
