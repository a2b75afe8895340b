// The way out: bcq_output with the scales that a format has.
//
// Parameters FORMAT  of baseline_pkg. VSQ: a scale per column; NVFP4, FP8: one of all columns; MXFP4: none, sums are results
//            COLS    columns of the array, >= 1
//            ACC_W   accumulator bits (baseline_pkg::acc_w)
// Latency    of bcq_output; MXFP4 leaves through the register slice alone, two cycles earlier
// Ports      s_i      column c at [c*ACC_W +: ACC_W] (docs/baselines.md)
//            scale_i  column c at [c*32 +: 32], binary32, finite, stable while rows are inside. One of all columns: [31:0]
//            res_o    column c at [c*32 +: 32], binary32
`default_nettype none

module baseline_output #(
  parameter int FORMAT = baseline_pkg::INT6,
  parameter int COLS = 16,
  parameter int ACC_W = 43
) (
  input  wire                   clk_i,
  input  wire                   rst_ni,
  input  wire  [COLS*32-1:0]    scale_i,
  input  wire                   row_valid_i,
  output wire                   row_ready_o,
  input  wire  [COLS*ACC_W-1:0] s_i,
  output wire                   res_valid_o,
  input  wire                   res_ready_i,
  output wire  [COLS*32-1:0]    res_o
);

  if (FORMAT == baseline_pkg::MXFP4) begin : g_unscaled
    bcq_skid #(.W(COLS * 32)) u_skid (
      .clk_i, .rst_ni, .in_valid_i(row_valid_i), .in_ready_o(row_ready_o), .in_data_i(s_i),
      .out_valid_o(res_valid_o), .out_ready_i(res_ready_i), .out_data_o(res_o)
    );
    wire unused_scale = ^scale_i;
  end else if (baseline_pkg::is_integer(FORMAT)) begin : g_columns
    // They move in step: the first speaks for all.
    wire [COLS-1:0] ready, valid;
    for (genvar c = 0; c < COLS; c++) begin : g_column
      bcq_output #(.COLS(1), .ACCUM(bcq_pkg::ACCUM_EXACT), .ACC_W(ACC_W)) u_output (
        .clk_i, .rst_ni, .scale_i(scale_i[c*32+:32]),
        .row_valid_i, .row_ready_o(ready[c]), .s_i(s_i[c*ACC_W+:ACC_W]),
        .res_valid_o(valid[c]), .res_ready_i, .res_o(res_o[c*32+:32])
      );
    end
    assign row_ready_o = ready[0];
    assign res_valid_o = valid[0];
    wire unused_others = ^{ready, valid};
  end else begin : g_row
    bcq_output #(
      .COLS(COLS), .ACC_W(ACC_W),
      .ACCUM((FORMAT == baseline_pkg::FP8_FP32) ? bcq_pkg::ACCUM_FP32 : bcq_pkg::ACCUM_EXACT)
    ) u_output (
      .clk_i, .rst_ni, .scale_i(scale_i[31:0]),
      .row_valid_i, .row_ready_o, .s_i, .res_valid_o, .res_ready_i, .res_o
    );
    wire unused_scale = ^scale_i;
  end

endmodule

`default_nettype wire
