// Processing element: LANES multipliers, block array sum, scale multiply, accumulator.
//
// Parameters DECODE  form of act_i and wgt_i. bcq_pkg::DECODE_PE: encoded; DECODE_EDGE: codewords; DECODE_PAIRS: factors
//            LANES  scalars per beat, >= 1
//            LB     scalars per block, power of two; LANES divides LB or LB divides LANES
//            NC     codebooks, power of two, 1..16
//            LA     scalars per block array, a multiple of LANES
//            BC     codeword bits, 4..8
//            ACCUM  bcq_pkg::ACCUM_EXACT: fixed point; ACCUM_FP32: binary32
//            ACC_W  accumulator bits (bcq_pkg::acc_w): 32, or 43..67 when exact
//            FROZEN  1: codebooks are the constants ACT_CODEBOOKS and WGT_CODEBOOKS; 0: *_codebooks_i
//            ACT_CODEBOOKS, WGT_CODEBOOKS  as *_codebooks_i
// Pipeline   M: dot product of a beat; P: sum over the block array; T: times scales; then the accumulator. Each stage
//            takes its control from the array, which shares it among all PEs; advance_i freezes all of them together.
//            Scales arrive aligned with stage M.
// Ports      advance_i  the pipeline moves; low freezes it
//            act_i, wgt_i  stage D; operands in the form DECODE (bcq_convert)
//            act_codebooks_i, wgt_codebooks_i  codeword i of codebook c at [(c*16 + i)*BC +: BC]; read where operands come encoded,
//                            unless FROZEN
//            m_valid_i        stage M holds the dot product of a beat
//            m_array_first_i  the beat in stage M is the first of its block array
//            *_significand_i, *_exponent_i  stage M; |scale| = significand * 2^(exponent - 9)
//            p_valid_i        stage P holds the sum of a whole block array; nothing else gets past it
//            t_valid_i       stage T holds a block array
//            t_tile_first_i  the block array in stage T is the first of its tile
//            t_tile_last_i   the block array in stage T is the last of its tile
//            drain_i  a row leaves: the shadow takes over that of the row below
//            below_i, s_o  shadow of the row below, and the own one: two's complement, LSB 2^-18; or binary32
`default_nettype none

module bcq_pe #(
  parameter int DECODE = bcq_pkg::DECODE_PAIRS,
  parameter int LANES = 16,
  parameter int LB = 8,
  parameter int NC = 8,
  parameter int LA = 64,
  parameter int BC = 6,
  parameter int ACCUM = bcq_pkg::ACCUM_EXACT,
  parameter int ACC_W = 63,
  parameter bit FROZEN = 1'b0,
  parameter logic [NC*bcq_pkg::ENTRIES*BC-1:0] ACT_CODEBOOKS = '0,
  parameter logic [NC*bcq_pkg::ENTRIES*BC-1:0] WGT_CODEBOOKS = '0
) (
  input  wire                       clk_i,
  input  wire                       advance_i,
  // Stage D, from the edges.
  input  wire  [bcq_pkg::line_w(DECODE, 0, LANES, LB, NC, BC)-1:0] act_i,
  input  wire  [bcq_pkg::line_w(DECODE, 1, LANES, LB, NC, BC)-1:0] wgt_i,
  input  wire  [NC*bcq_pkg::ENTRIES*BC-1:0] act_codebooks_i,
  input  wire  [NC*bcq_pkg::ENTRIES*BC-1:0] wgt_codebooks_i,
  // Stage M: the beat whose dot product is registered.
  input  wire                       m_valid_i,
  input  wire                       m_array_first_i,
  // Stage M too: the scales of its block array.
  input  wire  [bcq_pkg::SIG_W-1:0] act_significand_i,
  input  wire  [bcq_pkg::EXP_W-1:0] act_exponent_i,
  input  wire  [bcq_pkg::SIG_W-1:0] wgt_significand_i,
  input  wire  [bcq_pkg::EXP_W-1:0] wgt_exponent_i,
  // Stage P: a block array is whole.
  input  wire                       p_valid_i,
  // Stage T: the block array that is added to S.
  input  wire                       t_valid_i,
  input  wire                       t_tile_first_i,
  input  wire                       t_tile_last_i,
  // Drain chain, down the rows of a column towards row 0.
  input  wire                       drain_i,
  input  wire  [ACC_W-1:0]          below_i,
  output wire  [ACC_W-1:0]          s_o
);

  localparam int DOT_W = bcq_pkg::dot_w(BC, LANES);
  localparam int P_W = bcq_pkg::dot_w(BC, LA);
  localparam int SCALED_W = P_W + bcq_pkg::SIG2_W;

  wire [bcq_pkg::line_w(bcq_pkg::DECODE_PAIRS, 0, LANES, LB, NC, BC)-1:0] act_factors;
  wire [bcq_pkg::line_w(bcq_pkg::DECODE_PAIRS, 1, LANES, LB, NC, BC)-1:0] wgt_factors;
  wire signed [DOT_W-1:0] dot;
  logic signed [DOT_W-1:0] dot_q;
  logic signed [P_W-1:0] p_q;
  wire signed [SCALED_W-1:0] scaled;
  logic signed [SCALED_W-1:0] scaled_q;
  wire [bcq_pkg::EXP2_W-1:0] shift;
  logic [bcq_pkg::EXP2_W-1:0] shift_q;

  // What the edge has left undone.
  bcq_convert #(
    .FROM(DECODE), .WEIGHT(0), .LANES(LANES), .LB(LB), .NC(NC), .BC(BC), .FROZEN(FROZEN), .CODEBOOKS(ACT_CODEBOOKS)
  ) u_act_convert (
    .codebooks_i(act_codebooks_i), .from_i(act_i), .to_o(act_factors)
  );
  bcq_convert #(
    .FROM(DECODE), .WEIGHT(1), .LANES(LANES), .LB(LB), .NC(NC), .BC(BC), .FROZEN(FROZEN), .CODEBOOKS(WGT_CODEBOOKS)
  ) u_wgt_convert (
    .codebooks_i(wgt_codebooks_i), .from_i(wgt_i), .to_o(wgt_factors)
  );

  bcq_dot #(.LANES(LANES), .BC(BC)) u_dot (.a_i(act_factors), .w_i(wgt_factors), .sum_o(dot));

  bcq_scale_mul #(.P_W(P_W)) u_scale_mul (
    .clk_i, .advance_i, .p_i(p_q),
    .act_significand_i, .act_exponent_i, .wgt_significand_i, .wgt_exponent_i,
    .scaled_o(scaled), .shift_o(shift)
  );

  always_ff @(posedge clk_i) begin
    if (advance_i) begin
      dot_q <= dot;
      if (m_valid_i) p_q <= (m_array_first_i ? '0 : p_q) + P_W'(dot_q);
      if (p_valid_i) begin
        scaled_q <= scaled;
        shift_q  <= shift;
      end
    end
  end

  bcq_accumulator #(.ACCUM(ACCUM), .SCALED_W(SCALED_W), .ACC_W(ACC_W)) u_accumulator (
    .clk_i,
    .add_i(t_valid_i && advance_i), .first_i(t_tile_first_i), .last_i(t_tile_last_i),
    .scaled_i(scaled_q), .shift_i(shift_q),
    .drain_i, .below_i, .s_o
  );

endmodule

`default_nettype wire
