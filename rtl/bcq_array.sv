// The PE array: ROWS x COLS processing elements, output-stationary, fed from two edges.
//
// Purpose    C[ROWS, COLS] tiles of C = A * W^T from encoded operands. Each cycle takes one beat of LANES scalars for every
//            row (activations) and every column (weights). docs/cycles.md is the timing contract.
// Parameters ROWS, COLS  >= 1
//            LANES       scalars per beat, divides LA; LANES divides LB or LB divides LANES
//            LB          scalars per block, power of two, 1..64
//            LA          scalars per block array, multiple of LB, up to 1024
//            NC          codebooks, power of two, 1..16
//            BC          codeword bits, 4..8
//            K_MAX       longest reduction, >= LANES
//            ACCUM       bcq_pkg::ACCUM_EXACT: fixed point; ACCUM_FP32: binary32, rounded after every block array
//            DECODE      what stage D holds. bcq_pkg::DECODE_PE: encoded beats, decoded in every PE; DECODE_EDGE: codewords;
//                        DECODE_PAIRS: factors of pairs of lanes (bcq_convert). Neither results nor cycles depend on it
//            FROZEN      1: codebooks are the constants ACT_CODEBOOKS and WGT_CODEBOOKS; 0: loaded through cb_*
//            ACT_CODEBOOKS, WGT_CODEBOOKS  codeword i of codebook c at [(c*16 + i)*BC +: BC], two's complement
// Streams    act, wgt, res: valid/ready; a beat moves in a cycle with both; valid waits for ready with stable data.
//            act_beat_i  row r at [r*BEAT_W +: BEAT_W] (bcq_pkg::beat_w)
//            wgt_beat_i  column c at [c*BEAT_W +: BEAT_W]
//            res_o       rows of the tile in order, column c at [c*32 +: 32], binary32
// Control    k_i      scalars of a row, 1..K_MAX; stable from the first beat to the last result
//            scale_i  binary32, RNE(g_W*g_A), finite; stable from the first beat to the last result
//            cb_write_i     writes one codeword per cycle, only while no beat is in flight
//            cb_operand_i   0: activations, 1: weights
//            cb_addr_i      16*c + i: codeword i of codebook c
//            cb_codeword_i  two's complement
// Status     issue_o        a beat of both operands goes to the decoders in this cycle
//            drain_stall_o  the pipeline is frozen in this cycle: results have not left
`default_nettype none

module bcq_array #(
  parameter int ROWS = 16,
  parameter int COLS = 16,
  parameter int LANES = 16,
  parameter int LB = 8,
  parameter int LA = 64,
  parameter int NC = 8,
  parameter int BC = 6,
  parameter int K_MAX = 65536,
  parameter int ACCUM = bcq_pkg::ACCUM_EXACT,
  parameter int DECODE = bcq_pkg::DECODE_PAIRS,
  parameter bit FROZEN = 1'b0,
  parameter logic [NC*bcq_pkg::ENTRIES*BC-1:0] ACT_CODEBOOKS = '0,
  parameter logic [NC*bcq_pkg::ENTRIES*BC-1:0] WGT_CODEBOOKS = '0
) (
  input  wire                                             clk_i,
  input  wire                                             rst_ni,
  input  wire  [$clog2(K_MAX+1)-1:0]                      k_i,
  input  wire  [bcq_pkg::FP32_W-1:0]                      scale_i,
  input  wire                                             cb_write_i,
  input  wire                                             cb_operand_i,
  input  wire  [$clog2(NC*bcq_pkg::ENTRIES)-1:0]          cb_addr_i,
  input  wire  [BC-1:0]                                   cb_codeword_i,
  input  wire                                             act_valid_i,
  output wire                                             act_ready_o,
  input  wire  [ROWS*bcq_pkg::beat_w(LANES, LB, NC)-1:0]  act_beat_i,
  input  wire                                             wgt_valid_i,
  output wire                                             wgt_ready_o,
  input  wire  [COLS*bcq_pkg::beat_w(LANES, LB, NC)-1:0]  wgt_beat_i,
  output wire                                             res_valid_o,
  input  wire                                             res_ready_i,
  output wire  [COLS*bcq_pkg::FP32_W-1:0]                 res_o,
  output wire                                             issue_o,
  output wire                                             drain_stall_o
);

  localparam int BEAT_W = bcq_pkg::beat_w(LANES, LB, NC);
  localparam int ACT_W = bcq_pkg::line_w(DECODE, 0, LANES, LB, NC, BC);
  localparam int WGT_W = bcq_pkg::line_w(DECODE, 1, LANES, LB, NC, BC);
  localparam int ACC_W = bcq_pkg::acc_w(ACCUM, BC, K_MAX);

  // ---- operand streams ----
  wire act_valid, wgt_valid, issue;
  wire [ROWS*BEAT_W-1:0] act_beats;
  wire [COLS*BEAT_W-1:0] wgt_beats;

  bcq_skid #(.W(ROWS * BEAT_W)) u_act_skid (
    .clk_i, .rst_ni, .in_valid_i(act_valid_i), .in_ready_o(act_ready_o), .in_data_i(act_beat_i),
    .out_valid_o(act_valid), .out_ready_i(issue), .out_data_o(act_beats)
  );
  bcq_skid #(.W(COLS * BEAT_W)) u_wgt_skid (
    .clk_i, .rst_ni, .in_valid_i(wgt_valid_i), .in_ready_o(wgt_ready_o), .in_data_i(wgt_beat_i),
    .out_valid_o(wgt_valid), .out_ready_i(issue), .out_data_o(wgt_beats)
  );

  // ---- control: one copy for all PEs ----
  wire advance, array_first, array_last, tile_first, tile_last;
  wire [LANES-1:0] lane_mask;
  wire m_valid, m_array_first, p_valid, t_valid, t_tile_first, t_tile_last;
  wire row_valid, row_ready, drain;

  bcq_control #(.ROWS(ROWS), .LANES(LANES), .LA(LA), .K_MAX(K_MAX)) u_control (
    .clk_i, .rst_ni, .k_i, .act_valid_i(act_valid), .wgt_valid_i(wgt_valid), .issue_o(issue), .advance_o(advance),
    .array_first_o(array_first), .array_last_o(array_last),
    .tile_first_o(tile_first), .tile_last_o(tile_last), .lane_mask_o(lane_mask),
    .m_valid_o(m_valid), .m_array_first_o(m_array_first), .p_valid_o(p_valid),
    .t_valid_o(t_valid), .t_tile_first_o(t_tile_first), .t_tile_last_o(t_tile_last),
    .row_valid_o(row_valid), .row_ready_i(row_ready), .drain_o(drain)
  );

  // ---- edges: what is done once per row and column ----
  wire [ROWS*ACT_W-1:0] act_lines;
  wire [COLS*WGT_W-1:0] wgt_lines;
  wire [NC*bcq_pkg::ENTRIES*BC-1:0] act_codebooks, wgt_codebooks;
  wire [ROWS*bcq_pkg::SIG_W-1:0] act_significands;
  wire [ROWS*bcq_pkg::EXP_W-1:0] act_exponents;
  wire [COLS*bcq_pkg::SIG_W-1:0] wgt_significands;
  wire [COLS*bcq_pkg::EXP_W-1:0] wgt_exponents;

  bcq_edge #(
    .DECODE(DECODE), .WEIGHT(0),
    .LINES(ROWS), .LANES(LANES), .LB(LB), .NC(NC), .BC(BC), .FROZEN(FROZEN), .CODEBOOKS(ACT_CODEBOOKS)
  ) u_act_edge (
    .clk_i, .advance_i(advance), .issue_i(issue), .array_first_i(array_first), .lane_mask_i(lane_mask),
    .beats_i(act_beats),
    .cb_write_i(cb_write_i && !cb_operand_i), .cb_addr_i, .cb_codeword_i,
    .lines_o(act_lines), .codebooks_o(act_codebooks),
    .significands_o(act_significands), .exponents_o(act_exponents)
  );
  bcq_edge #(
    .DECODE(DECODE), .WEIGHT(1),
    .LINES(COLS), .LANES(LANES), .LB(LB), .NC(NC), .BC(BC), .FROZEN(FROZEN), .CODEBOOKS(WGT_CODEBOOKS)
  ) u_wgt_edge (
    .clk_i, .advance_i(advance), .issue_i(issue), .array_first_i(array_first), .lane_mask_i(lane_mask),
    .beats_i(wgt_beats),
    .cb_write_i(cb_write_i && cb_operand_i), .cb_addr_i, .cb_codeword_i,
    .lines_o(wgt_lines), .codebooks_o(wgt_codebooks),
    .significands_o(wgt_significands), .exponents_o(wgt_exponents)
  );

  // ---- the array; s[r*COLS + c] is the shadow of PE (r, c), which moves into row r - 1 ----
  wire [ACC_W-1:0] s [(ROWS+1)*COLS];
  wire [COLS*ACC_W-1:0] row;

  for (genvar r = 0; r < ROWS; r++) begin : g_row
    for (genvar c = 0; c < COLS; c++) begin : g_col
      bcq_pe #(
        .DECODE(DECODE), .LANES(LANES), .LB(LB), .NC(NC), .LA(LA), .BC(BC), .ACCUM(ACCUM), .ACC_W(ACC_W),
        .FROZEN(FROZEN), .ACT_CODEBOOKS(ACT_CODEBOOKS), .WGT_CODEBOOKS(WGT_CODEBOOKS)
      ) u_pe (
        .clk_i, .advance_i(advance),
        .act_i(act_lines[r*ACT_W+:ACT_W]), .wgt_i(wgt_lines[c*WGT_W+:WGT_W]),
        .act_codebooks_i(act_codebooks), .wgt_codebooks_i(wgt_codebooks),
        .m_valid_i(m_valid), .m_array_first_i(m_array_first),
        .act_significand_i(act_significands[r*bcq_pkg::SIG_W+:bcq_pkg::SIG_W]),
        .act_exponent_i(act_exponents[r*bcq_pkg::EXP_W+:bcq_pkg::EXP_W]),
        .wgt_significand_i(wgt_significands[c*bcq_pkg::SIG_W+:bcq_pkg::SIG_W]),
        .wgt_exponent_i(wgt_exponents[c*bcq_pkg::EXP_W+:bcq_pkg::EXP_W]),
        .p_valid_i(p_valid), .t_valid_i(t_valid), .t_tile_first_i(t_tile_first), .t_tile_last_i(t_tile_last),
        .drain_i(drain), .below_i(s[(r+1)*COLS+c]), .s_o(s[r*COLS+c])
      );
    end
  end

  for (genvar c = 0; c < COLS; c++) begin : g_chain_ends
    assign s[ROWS*COLS+c] = '0;
    assign row[c*ACC_W+:ACC_W] = s[c];
  end

  // ---- the way out ----
  bcq_output #(.COLS(COLS), .ACCUM(ACCUM), .ACC_W(ACC_W)) u_output (
    .clk_i, .rst_ni, .scale_i,
    .row_valid_i(row_valid), .row_ready_o(row_ready), .s_i(row),
    .res_valid_o, .res_ready_i, .res_o
  );

  bcq_array_cover #(.LANES(LANES)) u_cover (
    .clk_i, .rst_ni, .act_valid_i(act_valid), .wgt_valid_i(wgt_valid), .advance_i(advance),
    .array_first_i(array_first), .array_last_i(array_last), .tile_first_i(tile_first), .tile_last_i(tile_last),
    .lane_mask_i(lane_mask), .negative_i(act_beats[BEAT_W-1] || wgt_beats[BEAT_W-1]),
    .load_i(t_valid && t_tile_last), .drain_i(drain), .row_valid_i(row_valid), .row_ready_i(row_ready)
  );

  assign issue_o       = issue;
  assign drain_stall_o = !advance;

endmodule

`default_nettype wire
