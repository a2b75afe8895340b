// One edge of the array: the decoders of an operand, and its scales delayed to stage M.
//
// Parameters DECODE     form of lines_o. bcq_pkg::DECODE_PE: encoded; DECODE_EDGE: codewords; DECODE_PAIRS: factors
//            WEIGHT     0: activations; 1: weights
//            LINES      rows (activations) or columns (weights) of the array, >= 1
//            LANES      scalars per beat, >= 1
//            LB         scalars per block, power of two; LANES divides LB or LB divides LANES
//            NC         codebooks, power of two, 1..16
//            BC         codeword bits, 4..8
//            FROZEN     1: codebooks are the constants CODEBOOKS; 0: loaded through cb_*
//            CODEBOOKS  codeword i of codebook c at [(c*16 + i)*BC +: BC], two's complement
// Contract   a beat for every line is decoded in a cycle with issue_i and advance_i; lines_o is stage D (one cycle
//            later), the scales are stage M (two cycles later).
// Ports      advance_i      the pipeline moves; low freezes all of it
//            issue_i        the beats on beats_i enter stage D
//            array_first_i  the beats are the first of their block array
//            lane_mask_i    lanes that lie within K
//            beats_i        line i at [i*BEAT_W +: BEAT_W] (bcq_pkg::beat_w)
//            cb_write_i     writes one codeword; only while no beat is in flight
//            cb_addr_i      16*c + i: codeword i of codebook c
//            cb_codeword_i  two's complement
//            lines_o        stage D; line i at [i*LINE_W +: LINE_W] (bcq_pkg::line_w), in the form DECODE (bcq_convert)
//            codebooks_o    codeword i of codebook c at [(c*16 + i)*BC +: BC]; FROZEN: 0, as constants take no port
//            significands_o, exponents_o  stage M; line i at [i*4 +: 4], |scale| = significand * 2^(exponent - 9)
`default_nettype none

module bcq_edge #(
  parameter int DECODE = bcq_pkg::DECODE_PAIRS,
  parameter int WEIGHT = 0,
  parameter int LINES = 16,
  parameter int LANES = 16,
  parameter int LB = 8,
  parameter int NC = 8,
  parameter int BC = 6,
  parameter bit FROZEN = 1'b0,
  parameter logic [NC*bcq_pkg::ENTRIES*BC-1:0] CODEBOOKS = '0
) (
  input  wire                                               clk_i,
  input  wire                                               advance_i,
  input  wire                                               issue_i,
  input  wire                                               array_first_i,
  input  wire  [LANES-1:0]                                  lane_mask_i,
  input  wire  [LINES*bcq_pkg::beat_w(LANES, LB, NC)-1:0]   beats_i,
  input  wire                                               cb_write_i,
  input  wire  [$clog2(NC*bcq_pkg::ENTRIES)-1:0]            cb_addr_i,
  input  wire  [BC-1:0]                                     cb_codeword_i,
  output wire  [LINES*bcq_pkg::line_w(DECODE, WEIGHT, LANES, LB, NC, BC)-1:0] lines_o,
  output wire  [NC*bcq_pkg::ENTRIES*BC-1:0]                 codebooks_o,
  output wire  [LINES*bcq_pkg::SIG_W-1:0]                   significands_o,
  output wire  [LINES*bcq_pkg::EXP_W-1:0]                   exponents_o
);

  localparam int BEAT_W = bcq_pkg::beat_w(LANES, LB, NC);
  localparam int LINE_W = bcq_pkg::line_w(DECODE, WEIGHT, LANES, LB, NC, BC);

  wire [NC*bcq_pkg::ENTRIES*BC-1:0] codebooks;
  wire [LINES*bcq_pkg::SIG_W-1:0] significands_d;
  wire [LINES*bcq_pkg::EXP_W-1:0] exponents_d;
  logic [LINES*bcq_pkg::SIG_W-1:0] significands_m_q;
  logic [LINES*bcq_pkg::EXP_W-1:0] exponents_m_q;

  if (FROZEN) begin : g_constants
    assign codebooks = '0;
    wire unused_port = ^{cb_write_i, cb_addr_i, cb_codeword_i};
  end else begin : g_store
    bcq_codebooks #(.NC(NC), .BC(BC)) u_codebooks (
      .clk_i, .write_i(cb_write_i), .addr_i(cb_addr_i), .codeword_i(cb_codeword_i), .codebooks_o(codebooks)
    );
  end

  for (genvar i = 0; i < LINES; i++) begin : g_line
    bcq_decoder #(
      .DECODE(DECODE), .WEIGHT(WEIGHT), .LANES(LANES), .LB(LB), .NC(NC), .BC(BC), .FROZEN(FROZEN), .CODEBOOKS(CODEBOOKS)
    ) u_decoder (
      .clk_i, .en_i(issue_i && advance_i), .first_i(array_first_i), .lane_mask_i,
      .beat_i(beats_i[i*BEAT_W+:BEAT_W]), .codebooks_i(codebooks),
      .line_o(lines_o[i*LINE_W+:LINE_W]),
      .significand_o(significands_d[i*bcq_pkg::SIG_W+:bcq_pkg::SIG_W]),
      .exponent_o(exponents_d[i*bcq_pkg::EXP_W+:bcq_pkg::EXP_W])
    );
  end

  always_ff @(posedge clk_i) begin
    if (advance_i) begin
      significands_m_q <= significands_d;
      exponents_m_q    <= exponents_d;
    end
  end

  assign codebooks_o    = codebooks;
  assign significands_o = significands_m_q;
  assign exponents_o    = exponents_m_q;

endmodule

`default_nettype wire
