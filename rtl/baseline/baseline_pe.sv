// Processing element of a format with group scales: LANES multipliers, group sum, scale, accumulator.
//
// Parameters FORMAT  of baseline_pkg, without FP8
//            LANES   scalars per beat, divides the group
//            K_MAX   longest reduction
// Pipeline   as in bcq_pe. M: dot product of a beat; P: sum over the group; T: times scales; then the accumulator.
// Ports      advance_i  the pipeline moves; low freezes it
//            act_i, wgt_i  stage D (baseline_decoder)
//            m_valid_i        stage M holds the dot product of a beat
//            m_group_first_i  the beat in stage M is the first of its group
//            act_scale_i, wgt_scale_i  stage M; MXFP4: stage P (baseline_edge)
//            p_valid_i        stage P holds the sum of a whole group
//            t_valid_i       stage T holds a group
//            t_tile_first_i  the group in stage T is the first of its tile
//            t_tile_last_i   the group in stage T is the last of its tile
//            drain_i  a row leaves: the shadow takes over that of the row below
//            below_i, s_o  shadow of the row below, and the own one (docs/baselines.md)
`default_nettype none

module baseline_pe #(
  parameter int FORMAT = baseline_pkg::INT6,
  parameter int LANES = 16,
  parameter int K_MAX = 65536
) (
  input  wire                                               clk_i,
  input  wire                                               advance_i,
  input  wire  [baseline_pkg::line_w(FORMAT, 0, LANES)-1:0] act_i,
  input  wire  [baseline_pkg::line_w(FORMAT, 1, LANES)-1:0] wgt_i,
  input  wire                                               m_valid_i,
  input  wire                                               m_group_first_i,
  input  wire  [baseline_pkg::SCALE_W-1:0]                  act_scale_i,
  input  wire  [baseline_pkg::SCALE_W-1:0]                  wgt_scale_i,
  input  wire                                               p_valid_i,
  input  wire                                               t_valid_i,
  input  wire                                               t_tile_first_i,
  input  wire                                               t_tile_last_i,
  input  wire                                               drain_i,
  input  wire  [baseline_pkg::acc_w(FORMAT, K_MAX)-1:0]     below_i,
  output wire  [baseline_pkg::acc_w(FORMAT, K_MAX)-1:0]     s_o
);

  localparam int INTEGER_W = baseline_pkg::integer_w(FORMAT);
  localparam int GROUP = baseline_pkg::group(FORMAT, LANES, K_MAX);
  localparam int ACC_W = baseline_pkg::acc_w(FORMAT, K_MAX);
  localparam int DOT_W = bcq_pkg::dot_w(INTEGER_W, LANES);
  localparam int P_W = bcq_pkg::dot_w(INTEGER_W, GROUP);

  wire signed [DOT_W-1:0] dot;
  logic signed [DOT_W-1:0] dot_q;
  logic signed [P_W-1:0] p_q;
  wire add = t_valid_i && advance_i;
  wire load_t;  // stage T takes what stage P holds: parts of a group's sum move nothing there

  if (baseline_pkg::is_integer(FORMAT)) begin : g_integers
    bcq_dot #(.LANES(LANES), .BC(INTEGER_W)) u_dot (.a_i(act_i), .w_i(wgt_i), .sum_o(dot));
  end else begin : g_e2m1
    baseline_e2m1_dot #(.LANES(LANES)) u_dot (.a_i(act_i), .w_i(wgt_i), .sum_o(dot));
  end

  always_ff @(posedge clk_i) begin
    if (advance_i) dot_q <= dot;
  end

  if (GROUP == LANES) begin : g_beat
    always_ff @(posedge clk_i) begin
      if (advance_i) p_q <= dot_q;
    end
    assign load_t = advance_i;
    wire unused_control = m_valid_i && m_group_first_i && p_valid_i;
  end else begin : g_beats
    assign load_t = advance_i && p_valid_i;
    always_ff @(posedge clk_i) begin
      if (advance_i && m_valid_i) p_q <= (m_group_first_i ? '0 : p_q) + P_W'(dot_q);
    end
  end

  if (FORMAT == baseline_pkg::NVFP4) begin : g_nvfp4
    localparam int SCALED_W = P_W + bcq_pkg::SIG2_W;
    wire signed [SCALED_W-1:0] scaled;
    logic signed [SCALED_W-1:0] scaled_q;
    wire [bcq_pkg::EXP2_W-1:0] shift;
    logic [bcq_pkg::EXP2_W-1:0] shift_q;
    bcq_scale_mul #(.P_W(P_W)) u_scale_mul (
      .clk_i, .advance_i, .p_i(p_q),
      .act_significand_i(act_scale_i[3:0]), .act_exponent_i(act_scale_i[7:4]),
      .wgt_significand_i(wgt_scale_i[3:0]), .wgt_exponent_i(wgt_scale_i[7:4]),
      .scaled_o(scaled), .shift_o(shift)
    );
    always_ff @(posedge clk_i) begin
      if (load_t) begin
        scaled_q <= scaled;
        shift_q  <= shift;
      end
    end
    bcq_accumulator #(.ACCUM(bcq_pkg::ACCUM_EXACT), .SCALED_W(SCALED_W), .ACC_W(ACC_W)) u_accumulator (
      .clk_i, .add_i(add), .first_i(t_tile_first_i), .last_i(t_tile_last_i),
      .scaled_i(scaled_q), .shift_i(shift_q), .drain_i, .below_i, .s_o
    );
  end else if (FORMAT == baseline_pkg::MXFP4) begin : g_mxfp4
    localparam int EXP_W = baseline_pkg::float_exp_w(1);
    localparam int TERM_W = EXP_W + P_W;
    wire [TERM_W-1:0] term;
    logic [TERM_W-1:0] term_q;
    baseline_float #(
      .W(P_W), .SCALED(1), .EXP_W(EXP_W), .TOP(127 + baseline_pkg::WIDE_OFFSET + baseline_pkg::MX_LSB + P_W - 2)
    ) u_float (
      .integer_i(p_q), .exponent_i(baseline_pkg::MX_EXP_W'(act_scale_i) + baseline_pkg::MX_EXP_W'(wgt_scale_i)),
      .sign_o(term[TERM_W-1]), .exponent_o(term[P_W-1+:EXP_W]), .significand_o(term[P_W-2:0])
    );
    always_ff @(posedge clk_i) begin
      if (load_t) term_q <= term;
    end
    baseline_accumulator #(.FORMAT(FORMAT), .TERM_W(TERM_W), .ACC_W(ACC_W)) u_accumulator (
      .clk_i, .add_i(add), .first_i(t_tile_first_i), .load_i(add && t_tile_last_i), .term_i(term_q), .drain_i, .below_i, .s_o
    );
  end else begin : g_vsq
    localparam int SCALED_W = P_W + 2 * baseline_pkg::SCALE_W;
    wire signed [SCALED_W-1:0] scaled;
    logic signed [SCALED_W-1:0] scaled_q;
    baseline_integer_scale #(.P_W(P_W)) u_scale (
      .clk_i, .advance_i, .p_i(p_q), .act_scale_i, .wgt_scale_i, .scaled_o(scaled)
    );
    always_ff @(posedge clk_i) begin
      if (load_t) scaled_q <= scaled;
    end
    baseline_accumulator #(.FORMAT(FORMAT), .TERM_W(SCALED_W), .ACC_W(ACC_W)) u_accumulator (
      .clk_i, .add_i(add), .first_i(t_tile_first_i), .load_i(add && t_tile_last_i), .term_i(scaled_q), .drain_i, .below_i, .s_o
    );
  end

endmodule

`default_nettype wire
