// Drain control: which rows of the shadows still have to leave, and when a finished tile may take their place.
//
// Parameter ROWS  rows of the array, >= 1
// Contract  load_i waits for advance_o. The row on offer leaves in a cycle with row_valid_o and row_ready_i; the last row may
//           leave in the very cycle in which the next tile is loaded: no bubble.
// Ports     load_i     a finished tile wants to go into the shadows
//           advance_o  low while that would overwrite a row that has not left: freezes the whole pipeline
//           drain_o    a row leaves: every shadow takes over that of the row below
`default_nettype none

module bcq_drain #(
  parameter int ROWS = 16
) (
  input  wire clk_i,
  input  wire rst_ni,
  input  wire load_i,
  output wire advance_o,
  output wire row_valid_o,
  input  wire row_ready_i,
  output wire drain_o
);

  localparam int CNT_W = $clog2(ROWS + 1);

  logic [CNT_W-1:0] rows_q;  // rows that have not left

  assign row_valid_o = rows_q != '0;
  assign drain_o     = row_valid_o && row_ready_i;
  assign advance_o   = !load_i || rows_q == '0 || (rows_q == CNT_W'(1) && drain_o);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) rows_q <= '0;
    else if (load_i && advance_o) rows_q <= CNT_W'(ROWS);
    else if (drain_o) rows_q <= rows_q - CNT_W'(1);
  end

endmodule

`default_nettype wire
