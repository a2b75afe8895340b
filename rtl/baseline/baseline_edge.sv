// One edge of the array: the decoders of an operand, and its scales delayed to the stage that takes them.
//
// Parameters FORMAT  of baseline_pkg
//            WEIGHT  0: activations; 1: weights
//            LINES   rows (activations) or columns (weights) of the array, >= 1
//            LANES   scalars per beat, >= 1
// Contract   a beat for every line is decoded in a cycle with issue_i and advance_i; lines_o is stage D (one cycle
//            later), the scales are stage M (two cycles later) or, of MXFP4, stage P (three cycles later).
// Ports      advance_i      the pipeline moves; low freezes all of it
//            issue_i        the beats on beats_i enter stage D
//            group_first_i  the beats are the first of their group
//            lane_mask_i    lanes that lie within K
//            beats_i        line i at [i*BEAT_W +: BEAT_W] (baseline_pkg::beat_w)
//            lines_o        stage D; line i at [i*LINE_W +: LINE_W] (baseline_pkg::line_w)
//            scales_o       stage M or P; line i at [i*8 +: 8] (baseline_decoder)
`default_nettype none

module baseline_edge #(
  parameter int FORMAT = baseline_pkg::INT6,
  parameter int WEIGHT = 0,
  parameter int LINES = 16,
  parameter int LANES = 16
) (
  input  wire                                                          clk_i,
  input  wire                                                          advance_i,
  input  wire                                                          issue_i,
  input  wire                                                          group_first_i,
  input  wire  [LANES-1:0]                                             lane_mask_i,
  input  wire  [LINES*baseline_pkg::beat_w(FORMAT, LANES)-1:0]         beats_i,
  output wire  [LINES*baseline_pkg::line_w(FORMAT, WEIGHT, LANES)-1:0] lines_o,
  output wire  [LINES*baseline_pkg::SCALE_W-1:0]                       scales_o
);

  localparam int BEAT_W = baseline_pkg::beat_w(FORMAT, LANES);
  localparam int LINE_W = baseline_pkg::line_w(FORMAT, WEIGHT, LANES);
  localparam int SCALE_W = baseline_pkg::SCALE_W;

  wire [LINES*SCALE_W-1:0] scales_d;

  for (genvar i = 0; i < LINES; i++) begin : g_line
    baseline_decoder #(.FORMAT(FORMAT), .WEIGHT(WEIGHT), .LANES(LANES)) u_decoder (
      .clk_i, .en_i(issue_i && advance_i), .first_i(group_first_i), .lane_mask_i,
      .beat_i(beats_i[i*BEAT_W+:BEAT_W]),
      .line_o(lines_o[i*LINE_W+:LINE_W]), .scale_o(scales_d[i*SCALE_W+:SCALE_W])
    );
  end

  if (baseline_pkg::is_fp8(FORMAT)) begin : g_no_scales
    assign scales_o = scales_d;
  end else begin : g_scales
    logic [LINES*SCALE_W-1:0] scales_m_q;
    always_ff @(posedge clk_i) begin
      if (advance_i) scales_m_q <= scales_d;
    end
    if (FORMAT != baseline_pkg::MXFP4) begin : g_stage_m
      assign scales_o = scales_m_q;
    end else begin : g_stage_p
      logic [LINES*SCALE_W-1:0] scales_p_q;
      always_ff @(posedge clk_i) begin
        if (advance_i) scales_p_q <= scales_m_q;
      end
      assign scales_o = scales_p_q;
    end
  end

endmodule

`default_nettype wire
