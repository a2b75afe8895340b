// The PE array of another number format: bcq_array's streams, pipeline and drain around the format's own datapath.
//
// Purpose    what BCQ is compared with: C[ROWS, COLS] tiles of C = A * W^T, a beat of LANES scalars for every row (activations)
//            and every column (weights) per cycle. docs/baselines.md is the numeric contract, docs/cycles.md that of timing.
// Parameters FORMAT      of baseline_pkg
//            ROWS, COLS  >= 1
//            LANES       scalars per beat; divides the format's group
//            K_MAX       longest reduction, 16..65536, >= LANES
// Streams    act, wgt, res: valid/ready, as in bcq_array; beats by baseline_pkg::beat_w
// Control    k_i      scalars of a row, 1..K_MAX; stable from the first beat to the last result
//            scale_i  column c at [c*32 +: 32], binary32, finite; stable from the first beat to the last result of the tiles
//                     that it belongs to. VSQ: a scale per column; NVFP4, FP8: only [31:0] counts; MXFP4: not looked at
// Status     issue_o        a beat of both operands goes to the decoders in this cycle
//            drain_stall_o  the pipeline is frozen in this cycle: results have not left
`default_nettype none

module baseline_array #(
  parameter int FORMAT = baseline_pkg::INT6,
  parameter int ROWS = 16,
  parameter int COLS = 16,
  parameter int LANES = 16,
  parameter int K_MAX = 65536
) (
  input  wire                                                 clk_i,
  input  wire                                                 rst_ni,
  input  wire  [$clog2(K_MAX+1)-1:0]                          k_i,
  input  wire  [COLS*32-1:0]                                  scale_i,
  input  wire                                                 act_valid_i,
  output wire                                                 act_ready_o,
  input  wire  [ROWS*baseline_pkg::beat_w(FORMAT, LANES)-1:0] act_beat_i,
  input  wire                                                 wgt_valid_i,
  output wire                                                 wgt_ready_o,
  input  wire  [COLS*baseline_pkg::beat_w(FORMAT, LANES)-1:0] wgt_beat_i,
  output wire                                                 res_valid_o,
  input  wire                                                 res_ready_i,
  output wire  [COLS*32-1:0]                                  res_o,
  output wire                                                 issue_o,
  output wire                                                 drain_stall_o
);

  localparam int BEAT_W = baseline_pkg::beat_w(FORMAT, LANES);
  localparam int ACT_W = baseline_pkg::line_w(FORMAT, 0, LANES);
  localparam int WGT_W = baseline_pkg::line_w(FORMAT, 1, LANES);
  localparam int ACC_W = baseline_pkg::acc_w(FORMAT, K_MAX);
  localparam int SCALE_W = baseline_pkg::SCALE_W;

  // ---- operand streams ----
  wire act_valid, wgt_valid;
  wire [ROWS*BEAT_W-1:0] act_beats;
  wire [COLS*BEAT_W-1:0] wgt_beats;
  wire issue;

  bcq_skid #(.W(ROWS * BEAT_W)) u_act_skid (
    .clk_i, .rst_ni, .in_valid_i(act_valid_i), .in_ready_o(act_ready_o), .in_data_i(act_beat_i),
    .out_valid_o(act_valid), .out_ready_i(issue), .out_data_o(act_beats)
  );
  bcq_skid #(.W(COLS * BEAT_W)) u_wgt_skid (
    .clk_i, .rst_ni, .in_valid_i(wgt_valid_i), .in_ready_o(wgt_ready_o), .in_data_i(wgt_beat_i),
    .out_valid_o(wgt_valid), .out_ready_i(issue), .out_data_o(wgt_beats)
  );

  // ---- control ----
  wire advance, group_first, m_valid, m_group_first, p_valid, t_valid, t_tile_first, t_tile_last, drain, row_valid, row_ready;
  wire group_last, tile_first, tile_last;
  wire [LANES-1:0] lane_mask;
  wire unused_position = group_last && tile_first && tile_last;

  bcq_control #(.ROWS(ROWS), .LANES(LANES), .LA(baseline_pkg::group(FORMAT, LANES, K_MAX)), .K_MAX(K_MAX)) u_control (
    .clk_i, .rst_ni, .k_i, .act_valid_i(act_valid), .wgt_valid_i(wgt_valid),
    .issue_o(issue), .advance_o(advance),
    .array_first_o(group_first), .array_last_o(group_last), .tile_first_o(tile_first), .tile_last_o(tile_last),
    .lane_mask_o(lane_mask), .m_valid_o(m_valid), .m_array_first_o(m_group_first),
    .p_valid_o(p_valid), .t_valid_o(t_valid), .t_tile_first_o(t_tile_first), .t_tile_last_o(t_tile_last),
    .row_valid_o(row_valid), .row_ready_i(row_ready), .drain_o(drain)
  );

  wire [ROWS*SCALE_W-1:0] act_scales;
  wire [COLS*SCALE_W-1:0] wgt_scales;

  // FP8: the group is the tile, but every beat is a term of the sum.
  if (baseline_pkg::is_fp8(FORMAT)) begin : g_fp8_control
    logic p_valid_q, p_tile_first_q;
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) p_valid_q <= 1'b0;
      else if (advance) p_valid_q <= m_valid;
    end
    always_ff @(posedge clk_i) begin
      if (advance) p_tile_first_q <= m_group_first;
    end
    wire unused_fp8 = ^{act_scales, wgt_scales, p_valid, t_tile_first, t_tile_last};
  end

  // ---- edges ----
  wire [ROWS*ACT_W-1:0] act_lines;
  wire [COLS*WGT_W-1:0] wgt_lines;

  baseline_edge #(.FORMAT(FORMAT), .WEIGHT(0), .LINES(ROWS), .LANES(LANES)) u_act_edge (
    .clk_i, .advance_i(advance), .issue_i(issue), .group_first_i(group_first), .lane_mask_i(lane_mask),
    .beats_i(act_beats), .lines_o(act_lines), .scales_o(act_scales)
  );
  baseline_edge #(.FORMAT(FORMAT), .WEIGHT(1), .LINES(COLS), .LANES(LANES)) u_wgt_edge (
    .clk_i, .advance_i(advance), .issue_i(issue), .group_first_i(group_first), .lane_mask_i(lane_mask),
    .beats_i(wgt_beats), .lines_o(wgt_lines), .scales_o(wgt_scales)
  );

  // ---- the array; s[r*COLS + c] is the shadow of PE (r, c), which moves into row r - 1 ----
  wire [ACC_W-1:0] s [(ROWS+1)*COLS];
  wire [COLS*ACC_W-1:0] row;

  for (genvar r = 0; r < ROWS; r++) begin : g_row
    for (genvar c = 0; c < COLS; c++) begin : g_col
      if (baseline_pkg::is_fp8(FORMAT)) begin : g_fp8
        baseline_fp8_pe #(.FORMAT(FORMAT), .LANES(LANES), .K_MAX(K_MAX)) u_pe (
          .clk_i, .advance_i(advance), .act_i(act_lines[r*ACT_W+:ACT_W]), .wgt_i(wgt_lines[c*WGT_W+:WGT_W]),
          .p_valid_i(g_fp8_control.p_valid_q), .p_tile_first_i(g_fp8_control.p_tile_first_q), .t_valid_i(t_valid),
          .drain_i(drain), .below_i(s[(r+1)*COLS+c]), .s_o(s[r*COLS+c])
        );
      end else begin : g_scaled
        baseline_pe #(.FORMAT(FORMAT), .LANES(LANES), .K_MAX(K_MAX)) u_pe (
          .clk_i, .advance_i(advance), .act_i(act_lines[r*ACT_W+:ACT_W]), .wgt_i(wgt_lines[c*WGT_W+:WGT_W]),
          .m_valid_i(m_valid), .m_group_first_i(m_group_first),
          .act_scale_i(act_scales[r*SCALE_W+:SCALE_W]), .wgt_scale_i(wgt_scales[c*SCALE_W+:SCALE_W]),
          .p_valid_i(p_valid), .t_valid_i(t_valid), .t_tile_first_i(t_tile_first), .t_tile_last_i(t_tile_last),
          .drain_i(drain), .below_i(s[(r+1)*COLS+c]), .s_o(s[r*COLS+c])
        );
      end
    end
  end

  for (genvar c = 0; c < COLS; c++) begin : g_chain_ends
    assign s[ROWS*COLS+c] = '0;
    assign row[c*ACC_W+:ACC_W] = s[c];
  end

  baseline_output #(.FORMAT(FORMAT), .COLS(COLS), .ACC_W(ACC_W)) u_output (
    .clk_i, .rst_ni, .scale_i, .row_valid_i(row_valid), .row_ready_o(row_ready), .s_i(row),
    .res_valid_o, .res_ready_i, .res_o
  );

  assign issue_o       = issue;
  assign drain_stall_o = !advance;

endmodule

`default_nettype wire
