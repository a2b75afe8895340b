// The on-line encoder: floating-point activations in, encoded beats out, as the array's ports take them.
//
// Purpose    encodes rows of scalars along K with a static tensor scale g: decode scales, integer codewords, the nearest scale
//            code (docs/numerics.md sections 2 and 3). docs/encoder.md has the drawing and the measurements.
// Parameters LANES      scalars per beat, divides LA; LANES divides LB or LB divides LANES
//            LB         scalars per block, power of two, 1..64
//            LA         scalars per block array, multiple of LB, up to 1024
//            NC         codebooks, power of two, 1..16
//            BC         codeword bits, 4..8
//            PRECISION  significand bits of a scalar, hidden bit included: 24 (binary32) or 8 (bfloat16)
//            FROZEN     1: codebooks are the constants CODEBOOKS; 0: loaded through cb_*
//            CODEBOOKS  codeword i of codebook c at [(c*16 + i)*BC +: BC], two's complement, ascending in every codebook
// Timing     one beat, LANES/LB blocks, per cycle. Without stalls a beat of a row of B beats leaves W cycles after it came:
//            W = min(B, LA/LANES) + 9 where LANES >= LB, otherwise min(B, LA/LANES) + min(B, LB/LANES) + 9.
//            in_ready_o and out_valid_o depend on state alone.
// Streams    in, out: valid/ready; a beat moves in a cycle with both; valid waits for ready with stable data.
//            in_last_i     last beat of a row
//            in_mask_i     lanes that exist: all of them in every beat but the last of a row, those from 0 up in that one
//            in_scalars_i  lane l at [l*(PRECISION+8) +: PRECISION+8], IEEE 754 sign, 8 exponent bits, fraction
//            out_last_o    last beat of a row
//            out_beat_o    one line of the array's edge (bcq_pkg::beat_w); lanes beyond the row have index 0, blocks beyond it
//                          selector 0; every beat of a block array carries its scale code
// Control    reciprocals_i  R_m modulo 2^24 at [24*(m-8) +: 24], m = 8..15; 0 stands for 2^24
//            divisor_i      D of Q*g = D * 2^delta, MSB set
//            code_bias_i    delta + BC + 142, two's complement
//            shift_base_i   gamma + 187 where g = G * 2^gamma, two's complement. bcq::encoder_constants makes these four from
//                           g; they stand still while busy_o is high
//            cb_write_i     writes one codeword per cycle, only while busy_o is low and no beat is taken
//            cb_addr_i      16*c + i: codeword i of codebook c
//            cb_codeword_i  two's complement, within +-(2^(BC-1) - 1), ascending in a codebook
//            error_clear_i  resets error_nonfinite_o, unless another comes in this cycle
// Status     busy_o             beats are inside
//            error_nonfinite_o  a NaN or an infinity has been taken since reset or error_clear_i, and encoded as the largest
//                               finite number of its sign
`default_nettype none

module bcq_encoder #(
  parameter int LANES = 8,
  parameter int LB = 8,
  parameter int LA = 64,
  parameter int NC = 8,
  parameter int BC = 6,
  parameter int PRECISION = 24,
  parameter bit FROZEN = 1'b0,
  parameter logic [NC*bcq_pkg::ENTRIES*BC-1:0] CODEBOOKS = '0
) (
  input  wire                                                          clk_i,
  input  wire                                                          rst_ni,
  input  wire [bcq_enc_pkg::RECIPROCALS*bcq_enc_pkg::RECIPROCAL_W-1:0] reciprocals_i,
  input  wire [bcq_enc_pkg::divisor_w(BC)-1:0]                         divisor_i,
  input  wire signed [bcq_enc_pkg::EXPONENT_W-1:0]                     code_bias_i,
  input  wire signed [bcq_enc_pkg::EXPONENT_W-1:0]                     shift_base_i,
  input  wire                                                          cb_write_i,
  input  wire [$clog2(NC*bcq_pkg::ENTRIES)-1:0]                        cb_addr_i,
  input  wire [BC-1:0]                                                 cb_codeword_i,
  input  wire                                                          in_valid_i,
  output wire                                                          in_ready_o,
  input  wire                                                          in_last_i,
  input  wire [LANES-1:0]                                              in_mask_i,
  input  wire [LANES*bcq_enc_pkg::scalar_w(PRECISION)-1:0]             in_scalars_i,
  output wire                                                          out_valid_o,
  input  wire                                                          out_ready_i,
  output wire                                                          out_last_o,
  output wire [bcq_pkg::beat_w(LANES, LB, NC)-1:0]                     out_beat_o,
  output wire                                                          busy_o,
  input  wire                                                          error_clear_i,
  output wire                                                          error_nonfinite_o
);

  localparam int SCALARS_W = LANES * bcq_enc_pkg::scalar_w(PRECISION);
  localparam int SCALAR_W = bcq_enc_pkg::scalar_w(PRECISION);
  localparam int BEAT_W = bcq_pkg::beat_w(LANES, LB, NC);
  localparam int ARRAY_BEATS = LA / LANES;
  localparam int BLOCK_BEATS = (LB > LANES) ? LB / LANES : 1;
  localparam int SELECTORS = bcq_pkg::beat_selectors(LANES, LB);
  localparam int SELECTOR_W = bcq_pkg::selector_w(NC);
  localparam int BLOCK_LANES = LANES / SELECTORS;
  localparam int CODE_W = bcq_pkg::SCALE_W - 1;  // a scale code without its sign, which is +
  localparam int V_W = bcq_enc_pkg::v_w(BC);
  localparam int BOOK_W = bcq_pkg::ENTRIES * BC;
  localparam int THRESHOLDS_W = (bcq_pkg::ENTRIES - 1) * bcq_enc_pkg::threshold_w(BC);
  localparam int SCORE_W = bcq_enc_pkg::score_w(BC);
  localparam int LANE_INDICES_W = NC * bcq_pkg::INDEX_W;  // an index per codebook
  // What waits for a group of beats holds that group and as many more as come until its value is there. That is as many
  // groups, if each is a single beat.
  localparam int ARRAY_WAIT = 4;
  localparam int ARRAY_HOLD = ARRAY_BEATS + ARRAY_WAIT;
  localparam int BLOCK_WAIT = 2;
  localparam int BLOCK_HOLD = BLOCK_BEATS + BLOCK_WAIT;

  // ---- where a beat lies in its block array and in its block ----
  localparam int BEAT_CNT_W = (ARRAY_BEATS > 1) ? $clog2(ARRAY_BEATS) : 1;
  logic [BEAT_CNT_W-1:0] beat_q;
  wire take = in_valid_i && in_ready_o;
  wire array_last = in_last_i || beat_q == BEAT_CNT_W'(ARRAY_BEATS - 1);
  wire block_last = in_last_i || (beat_q & BEAT_CNT_W'(BLOCK_BEATS - 1)) == BEAT_CNT_W'(BLOCK_BEATS - 1);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) beat_q <= '0;
    else if (take) beat_q <= array_last ? '0 : beat_q + BEAT_CNT_W'(1);
  end

  // ---- beats wait for the scale of their block array ----
  wire [SCALARS_W-1:0] scalars;
  wire nonfinite;
  logic error_q;

  bcq_enc_finite #(.LANES(LANES), .PRECISION(PRECISION)) u_finite (
    .scalars_i(in_scalars_i), .mask_i(in_mask_i), .scalars_o(scalars), .nonfinite_o(nonfinite)
  );

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) error_q <= 1'b0;
    else if (take && nonfinite) error_q <= 1'b1;
    else if (error_clear_i) error_q <= 1'b0;
  end

  wire max_valid, code_valid;
  wire [SCALAR_W-2:0] max;
  wire [bcq_pkg::SCALE_W-1:0] code;

  bcq_enc_absmax #(.LANES(LANES), .PRECISION(PRECISION)) u_absmax (
    .clk_i, .rst_ni, .valid_i(take), .last_i(array_last), .scalars_i(scalars), .valid_o(max_valid), .max_o(max)
  );
  bcq_enc_scale_code #(.PRECISION(PRECISION), .BC(BC)) u_scale_code (
    .clk_i, .rst_ni, .valid_i(max_valid), .max_i(max), .divisor_i, .code_bias_i, .valid_o(code_valid), .code_o(code)
  );

  wire held_valid, advance, held_block_last, held_last, unused_array_last;
  wire [LANES-1:0] held_mask;
  wire [SCALARS_W-1:0] held_scalars;
  wire [CODE_W-1:0] held_code;

  bcq_enc_hold #(
    .W(SCALARS_W + LANES + 2), .VALUE_W(CODE_W), .DEPTH(ARRAY_HOLD), .GROUPS(ARRAY_WAIT + 1)
  ) u_array_hold (
    .clk_i, .rst_ni, .in_valid_i, .in_ready_o, .in_last_i(array_last),
    .in_data_i({block_last, in_last_i, in_mask_i, scalars}),
    .value_valid_i(code_valid), .value_i(code[CODE_W-1:0]),
    .out_valid_o(held_valid), .out_ready_i(advance), .out_last_o(unused_array_last),
    .out_data_o({held_block_last, held_last, held_mask, held_scalars}), .out_value_o(held_code)
  );

  // ---- stages R (read), P (product), V (normalised), N (nearest) move together ----
  wire [bcq_enc_pkg::RECIPROCAL_W-1:0] reciprocal;
  wire [bcq_enc_pkg::RECIPROCAL_W+1:0] triple;
  wire signed [bcq_enc_pkg::EXPONENT_W-1:0] shift;

  bcq_enc_reciprocal u_reciprocal (
    .code_i(held_code), .reciprocals_i, .shift_base_i,
    .reciprocal_o(reciprocal), .triple_o(triple), .shift_o(shift)
  );

  logic r_valid_q, p_valid_q, v_valid_q, n_valid_q;
  logic [SCALARS_W-1:0] r_scalars_q;
  logic [bcq_enc_pkg::RECIPROCAL_W-1:0] r_reciprocal_q;
  logic [bcq_enc_pkg::RECIPROCAL_W+1:0] r_triple_q;
  logic signed [bcq_enc_pkg::EXPONENT_W-1:0] r_shift_q;
  // What goes along with a beat: the ends of block and row, its lanes, its scale code.
  localparam int ALONG_W = 2 + LANES + CODE_W;
  logic [ALONG_W-1:0] r_along_q, p_along_q, v_along_q, n_along_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      r_valid_q <= 1'b0;
      p_valid_q <= 1'b0;
      v_valid_q <= 1'b0;
      n_valid_q <= 1'b0;
    end else if (advance) begin
      r_valid_q <= held_valid;
      p_valid_q <= r_valid_q;
      v_valid_q <= p_valid_q;
      n_valid_q <= v_valid_q;
    end
  end

  always_ff @(posedge clk_i) begin
    if (advance) begin
      r_scalars_q    <= held_scalars;
      r_reciprocal_q <= reciprocal;
      r_triple_q     <= triple;
      r_shift_q      <= shift;
      r_along_q      <= {held_block_last, held_last, held_mask, held_code};
      p_along_q      <= r_along_q;
      v_along_q      <= p_along_q;
      n_along_q      <= v_along_q;
    end
  end

  wire [NC*BOOK_W-1:0] codebooks;
  wire [NC*THRESHOLDS_W-1:0] thresholds;

  if (FROZEN) begin : g_constants
    assign codebooks = CODEBOOKS;
    wire unused_port = ^{cb_write_i, cb_addr_i, cb_codeword_i};
  end else begin : g_store
    bcq_codebooks #(.NC(NC), .BC(BC)) u_codebooks (
      .clk_i, .write_i(cb_write_i), .addr_i(cb_addr_i), .codeword_i(cb_codeword_i), .codebooks_o(codebooks)
    );
  end
  for (genvar c = 0; c < NC; c++) begin : g_thresholds
    bcq_enc_thresholds #(.BC(BC)) u_thresholds (
      .codebook_i(codebooks[c*BOOK_W+:BOOK_W]), .thresholds_o(thresholds[c*THRESHOLDS_W+:THRESHOLDS_W])
    );
  end

  wire [LANES*V_W-1:0] minus_v;
  wire [LANES*LANE_INDICES_W-1:0] indices;
  logic [LANES*V_W-1:0] n_minus_v_q;
  logic [LANES*LANE_INDICES_W-1:0] n_indices_q;

  for (genvar l = 0; l < LANES; l++) begin : g_lane
    bcq_enc_normalise #(.PRECISION(PRECISION), .BC(BC)) u_normalise (
      .clk_i, .en_i(advance), .scalar_i(r_scalars_q[l*SCALAR_W+:SCALAR_W]), .reciprocal_i(r_reciprocal_q),
      .triple_i(r_triple_q), .shift_i(r_shift_q), .minus_v_o(minus_v[l*V_W+:V_W])
    );
    bcq_enc_nearest #(.NC(NC), .BC(BC)) u_nearest (
      .minus_v_i(minus_v[l*V_W+:V_W]), .thresholds_i(thresholds),
      .indices_o(indices[l*LANE_INDICES_W+:LANE_INDICES_W])
    );
  end

  always_ff @(posedge clk_i) begin
    if (advance) begin
      n_minus_v_q <= minus_v;
      n_indices_q <= indices;
    end
  end

  // ---- the codebook of each block ----
  wire n_block_last;
  wire [ALONG_W-2:0] n_along;
  wire [LANES-1:0] n_mask = n_along[CODE_W+:LANES];
  wire [LANES*NC*SCORE_W-1:0] scores;
  wire selectors_valid;
  wire [SELECTORS*SELECTOR_W-1:0] selectors;

  assign {n_block_last, n_along} = n_along_q;

  for (genvar l = 0; l < LANES; l++) begin : g_score_lane
    for (genvar c = 0; c < NC; c++) begin : g_score
      bcq_enc_score #(.BC(BC)) u_score (
        .minus_v_i(n_minus_v_q[l*V_W+:V_W]), .index_i(n_indices_q[(l*NC+c)*bcq_pkg::INDEX_W+:bcq_pkg::INDEX_W]),
        .exists_i(n_mask[l]), .codebook_i(codebooks[c*BOOK_W+:BOOK_W]), .score_o(scores[(l*NC+c)*SCORE_W+:SCORE_W])
      );
    end
  end

  bcq_enc_select #(.LANES(LANES), .LB(LB), .NC(NC), .BC(BC)) u_select (
    .clk_i, .rst_ni, .valid_i(n_valid_q && advance), .last_i(n_block_last), .scores_i(scores),
    .valid_o(selectors_valid), .selectors_o(selectors)
  );

  // ---- beats wait for the selectors of their blocks: a stage more, or a queue where a block has several beats ----
  wire chosen_valid, out_skid_ready;
  wire [SELECTORS*SELECTOR_W-1:0] chosen_selectors;
  wire [ALONG_W-2:0] chosen_along;
  wire [LANES*LANE_INDICES_W-1:0] chosen_indices;

  if (BLOCK_BEATS == 1) begin : g_stage
    logic c_valid_q;
    logic [LANES*LANE_INDICES_W+ALONG_W-2:0] c_data_q;

    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) c_valid_q <= 1'b0;
      else if (advance) c_valid_q <= n_valid_q;
    end
    always_ff @(posedge clk_i) begin
      if (advance) c_data_q <= {n_indices_q, n_along};
    end

    assign advance                        = !c_valid_q || out_skid_ready;
    assign chosen_valid                   = c_valid_q;
    assign chosen_selectors               = selectors;
    assign {chosen_indices, chosen_along} = c_data_q;
    wire unused_valid = selectors_valid;
  end else begin : g_queue
    wire unused_block_last;

    bcq_enc_hold #(
      .W(LANES * LANE_INDICES_W + ALONG_W - 1), .VALUE_W(SELECTORS * SELECTOR_W), .DEPTH(BLOCK_HOLD),
      .GROUPS(BLOCK_WAIT + 1)
    ) u_block_hold (
      .clk_i, .rst_ni, .in_valid_i(n_valid_q), .in_ready_o(advance), .in_last_i(n_block_last),
      .in_data_i({n_indices_q, n_along}),
      .value_valid_i(selectors_valid), .value_i(selectors),
      .out_valid_o(chosen_valid), .out_ready_i(out_skid_ready), .out_last_o(unused_block_last),
      .out_data_o({chosen_indices, chosen_along}), .out_value_o(chosen_selectors)
    );
  end

  // ---- the way out: indices of the chosen codebooks ----
  wire chosen_last;
  wire [LANES-1:0] chosen_mask;
  wire [CODE_W-1:0] chosen_code;
  wire [LANES*bcq_pkg::INDEX_W-1:0] out_indices;

  assign {chosen_last, chosen_mask, chosen_code} = chosen_along;

  for (genvar l = 0; l < LANES; l++) begin : g_out_lane
    wire [LANE_INDICES_W-1:0] lane_indices = chosen_indices[l*LANE_INDICES_W+:LANE_INDICES_W];
    wire [SELECTOR_W-1:0] selector = chosen_selectors[(l/BLOCK_LANES)*SELECTOR_W+:SELECTOR_W];
    wire [bcq_pkg::INDEX_W-1:0] index;
    if (NC > 1) begin : g_choose
      assign index = lane_indices[selector*bcq_pkg::INDEX_W+:bcq_pkg::INDEX_W];
    end else begin : g_single
      assign index = lane_indices;
      wire unused_selector = ^selector;
    end
    assign out_indices[l*bcq_pkg::INDEX_W+:bcq_pkg::INDEX_W] = chosen_mask[l] ? index : '0;
  end

  wire [BEAT_W-2:0] skid_beat;
  bcq_skid #(.W(BEAT_W)) u_out_skid (
    .clk_i, .rst_ni,
    .in_valid_i(chosen_valid), .in_ready_o(out_skid_ready),
    .in_data_i({chosen_last, chosen_code, chosen_selectors, out_indices}),
    .out_valid_o, .out_ready_i, .out_data_o({out_last_o, skid_beat})
  );
  assign out_beat_o = {1'b0, skid_beat};

  assign error_nonfinite_o = error_q;

  // ---- beats inside: those that wait, those in the stages, those on the way out ----
  localparam int INSIDE_W = $clog2(ARRAY_HOLD + 4 + BLOCK_HOLD + 2 + 1);
  logic [INSIDE_W-1:0] inside_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) inside_q <= '0;
    else inside_q <= inside_q + INSIDE_W'(take) - INSIDE_W'(out_valid_o && out_ready_i);
  end

  assign busy_o = inside_q != '0;

  wire unused_bits = ^{code[CODE_W], unused_array_last};

`ifndef SYNTHESIS
  // What the user has promised.
  localparam int CONSTANTS_W =
      bcq_enc_pkg::RECIPROCALS * bcq_enc_pkg::RECIPROCAL_W + bcq_enc_pkg::divisor_w(BC) + 2 * bcq_enc_pkg::EXPONENT_W;
  wire [CONSTANTS_W-1:0] constants = {reciprocals_i, divisor_i, code_bias_i, shift_base_i};
  logic [CONSTANTS_W-1:0] constants_q;

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      constants_q <= '0;
    end else begin
      constants_q <= constants;
      assert (!busy_o || constants == constants_q) else $error("constants of g change while busy");
      assert (FROZEN || !cb_write_i || !(busy_o || take)) else $error("codeword written while busy");
      if (take) begin
        assert ((in_mask_i & (in_mask_i + LANES'(1))) == '0) else $error("a lane beyond a missing one");
        assert (in_last_i || (&in_mask_i)) else $error("a short beat that is not the row's last");
        assert (in_mask_i[0]) else $error("a beat without lanes");
      end
    end
  end
`endif

endmodule

`default_nettype wire
