// The way out: a row of accumulators to FP32 unless they are, times the tensor scales, to a stream.
//
// Parameters COLS   columns of the array, >= 1
//            ACCUM  bcq_pkg::ACCUM_EXACT: fixed point; ACCUM_FP32: binary32
//            ACC_W  accumulator bits (bcq_pkg::acc_w): 32, or 43..67 when exact
// Latency    a row taken in cycle n is offered in cycle n+3 (convert, multiply, register slice); one row per cycle. The stage
//            stays where there is nothing to convert: cycles do not depend on the accumulator.
// Formats    s_i      column c at [c*ACC_W +: ACC_W], two's complement, LSB 2^-18; or binary32
//            scale_i  binary32, RNE(g_W * g_A), finite, stable while rows are inside
//            res_o    column c at [c*32 +: 32], binary32
`default_nettype none

module bcq_output #(
  parameter int COLS = 16,
  parameter int ACCUM = bcq_pkg::ACCUM_EXACT,
  parameter int ACC_W = 63
) (
  input  wire                              clk_i,
  input  wire                              rst_ni,
  input  wire  [bcq_pkg::FP32_W-1:0]       scale_i,
  input  wire                              row_valid_i,
  output wire                              row_ready_o,
  input  wire  [COLS*ACC_W-1:0]            s_i,
  output wire                              res_valid_o,
  input  wire                              res_ready_i,
  output wire  [COLS*bcq_pkg::FP32_W-1:0]  res_o
);

  localparam int ROW_W = COLS * bcq_pkg::FP32_W;

  logic converted_valid_q, scaled_valid_q;
  logic [ROW_W-1:0] converted_q, scaled_q;
  wire [ROW_W-1:0] converted, scaled;
  wire skid_ready;
  wire scaled_ready = !scaled_valid_q || skid_ready;
  wire converted_ready = !converted_valid_q || scaled_ready;

  for (genvar c = 0; c < COLS; c++) begin : g_col
    if (ACCUM == bcq_pkg::ACCUM_FP32) begin : g_fp32
      assign converted[c*bcq_pkg::FP32_W+:bcq_pkg::FP32_W] = s_i[c*ACC_W+:ACC_W];
    end else begin : g_exact
      bcq_fixed_to_fp32 #(.W(ACC_W)) u_convert (
        .s_i(s_i[c*ACC_W+:ACC_W]), .fp32_o(converted[c*bcq_pkg::FP32_W+:bcq_pkg::FP32_W])
      );
    end
    bcq_fp32_mul u_mul (
      .a_i(converted_q[c*bcq_pkg::FP32_W+:bcq_pkg::FP32_W]), .b_i(scale_i),
      .product_o(scaled[c*bcq_pkg::FP32_W+:bcq_pkg::FP32_W])
    );
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      converted_valid_q <= 1'b0;
      scaled_valid_q    <= 1'b0;
    end else begin
      if (converted_ready) converted_valid_q <= row_valid_i;
      if (scaled_ready) scaled_valid_q <= converted_valid_q;
    end
  end

  always_ff @(posedge clk_i) begin
    if (converted_ready) converted_q <= converted;
    if (scaled_ready) scaled_q <= scaled;
  end

  assign row_ready_o = converted_ready;

  bcq_skid #(.W(ROW_W)) u_skid (
    .clk_i, .rst_ni,
    .in_valid_i(scaled_valid_q), .in_ready_o(skid_ready), .in_data_i(scaled_q),
    .out_valid_o(res_valid_o), .out_ready_i(res_ready_i), .out_data_o(res_o)
  );

endmodule

`default_nettype wire
