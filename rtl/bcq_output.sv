// The way out: a row of accumulators to FP32 unless they are, times the tensor scales, to a stream.
//
// Parameters COLS   columns of the array, >= 1
//            ACCUM  bcq_pkg::ACCUM_EXACT: fixed point; ACCUM_FP32: binary32
//            ACC_W  accumulator bits (bcq_pkg::acc_w): 32, or 43..67 when exact
// Latency    a row taken in cycle n is offered in cycle n+7 (3 stages convert, 3 multiply, register slice); one row per
//            cycle. Stages stay where there is nothing to convert: cycles do not depend on the accumulator.
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
  localparam int STAGES = 6;

  // ---- what moves: a stage does when it is empty, or the one behind it moves ----
  logic [STAGES-1:0] valid_q;
  wire [STAGES-1:0] move;
  wire skid_ready;

  for (genvar i = 0; i < STAGES; i++) begin : g_stage
    assign move[i] = skid_ready || !(&valid_q[STAGES-1:i]);
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= '0;
    else valid_q <= (move & {valid_q[STAGES-2:0], row_valid_i}) | (~move & valid_q);
  end

  assign row_ready_o = move[0];

  // ---- stages 0 to 2: binary32 ----
  wire [ROW_W-1:0] converted, scaled;

  if (ACCUM == bcq_pkg::ACCUM_FP32) begin : g_fp32
    logic [ROW_W-1:0] first_q, second_q, third_q;
    always_ff @(posedge clk_i) begin
      if (move[0]) first_q <= s_i;
      if (move[1]) second_q <= first_q;
      if (move[2]) third_q <= second_q;
    end
    assign converted = third_q;
  end else begin : g_exact
    for (genvar c = 0; c < COLS; c++) begin : g_col
      bcq_fixed_to_fp32 #(.W(ACC_W)) u_convert (
        .clk_i, .move_i(move[2:0]), .s_i(s_i[c*ACC_W+:ACC_W]), .fp32_o(converted[c*bcq_pkg::FP32_W+:bcq_pkg::FP32_W])
      );
    end
  end

  // ---- stages 3 to 5: times the tensor scales ----
  bcq_fp32_mul #(.COLS(COLS)) u_mul (.clk_i, .move_i(move[5:3]), .a_i(converted), .b_i(scale_i), .product_o(scaled));

  bcq_skid #(.W(ROW_W)) u_skid (
    .clk_i, .rst_ni,
    .in_valid_i(valid_q[STAGES-1]), .in_ready_o(skid_ready), .in_data_i(scaled),
    .out_valid_o(res_valid_o), .out_ready_i(res_ready_i), .out_data_o(res_o)
  );

endmodule

`default_nettype wire
