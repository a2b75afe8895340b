// Processing element of FP8: LANES products of E4M3 numbers, their exact sum, accumulator.
//
// Parameters FORMAT  baseline_pkg::FP8_EXACT: fixed point; FP8_FP32: binary32, rounded after every beat
//            LANES   scalars per beat, >= 1
//            K_MAX   longest reduction
// Pipeline   that of bcq_pe with the tile for a group: stage T comes once per tile. M: dot product of a beat; P: the same, as a
//            term of the sum; then the accumulator, which is complete in stage T.
// Ports      advance_i  the pipeline moves; low freezes it
//            act_i, wgt_i  stage D (baseline_decoder)
//            p_valid_i       stage P holds a beat
//            p_tile_first_i  the beat in stage P is the first of its tile
//            t_valid_i  the beat before that in stage P was the last of its tile
//            drain_i  a row leaves: the shadow takes over that of the row below
//            below_i, s_o  shadow of the row below, and the own one: two's complement, LSB 2^-18; or binary32
`default_nettype none

module baseline_fp8_pe #(
  parameter int FORMAT = baseline_pkg::FP8_EXACT,
  parameter int LANES = 16,
  parameter int K_MAX = 65536
) (
  input  wire                                               clk_i,
  input  wire                                               advance_i,
  input  wire  [baseline_pkg::line_w(FORMAT, 0, LANES)-1:0] act_i,
  input  wire  [baseline_pkg::line_w(FORMAT, 1, LANES)-1:0] wgt_i,
  input  wire                                               p_valid_i,
  input  wire                                               p_tile_first_i,
  input  wire                                               t_valid_i,
  input  wire                                               drain_i,
  input  wire  [baseline_pkg::acc_w(FORMAT, K_MAX)-1:0]     below_i,
  output wire  [baseline_pkg::acc_w(FORMAT, K_MAX)-1:0]     s_o
);

  localparam int DOT_W = baseline_pkg::fp8_dot_w(LANES);
  localparam int EXP_W = baseline_pkg::float_exp_w(0);
  localparam int TERM_W = baseline_pkg::is_float(FORMAT) ? EXP_W + DOT_W : DOT_W;

  wire [DOT_W-1:0] dot;
  logic [DOT_W-1:0] dot_q;
  wire [TERM_W-1:0] term;
  logic [TERM_W-1:0] term_q;

  baseline_fp8_dot #(.LANES(LANES)) u_dot (.a_i(act_i), .w_i(wgt_i), .sum_o(dot));

  if (baseline_pkg::is_float(FORMAT)) begin : g_float
    baseline_float #(.W(DOT_W), .SCALED(0), .EXP_W(EXP_W), .TOP(127 + bcq_pkg::ACC_LSB + DOT_W - 2)) u_float (
      .integer_i(dot_q), .exponent_i(baseline_pkg::MX_EXP_W'(0)),
      .sign_o(term[TERM_W-1]), .exponent_o(term[DOT_W-1+:EXP_W]), .significand_o(term[DOT_W-2:0])
    );
  end else begin : g_fixed
    assign term = dot_q;
  end

  always_ff @(posedge clk_i) begin
    if (advance_i) begin
      dot_q  <= dot;
      term_q <= term;
    end
  end

  baseline_accumulator #(.FORMAT(FORMAT), .TERM_W(TERM_W), .ACC_W(baseline_pkg::acc_w(FORMAT, K_MAX))) u_accumulator (
    .clk_i, .add_i(p_valid_i && advance_i), .first_i(p_tile_first_i), .load_i(t_valid_i && advance_i), .term_i(term_q),
    .drain_i, .below_i, .s_o
  );

endmodule

`default_nettype wire
