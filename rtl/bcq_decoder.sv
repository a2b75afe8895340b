// The decode seam: an encoded beat of a block array in, the line of stage D out.
//
// Purpose    converts a beat as far as DECODE says and registers it; placed once per row and column at the array's edge.
// Parameters DECODE     form of line_o. bcq_pkg::DECODE_PE: encoded; DECODE_EDGE: codewords; DECODE_PAIRS: factors
//            WEIGHT     0: an activation; 1: a weight
//            LANES      scalars per beat, >= 1
//            LB         scalars per block, power of two; LANES divides LB or LB divides LANES
//            NC         codebooks, power of two, 1..16
//            BC         codeword bits, 4..8
//            FROZEN     1: codebooks are the constants CODEBOOKS; 0: codebooks_i
//            CODEBOOKS  as codebooks_i
// Contract   a beat is decoded in a cycle with en_i; outputs are registered: valid in the next cycle and held while
//            en_i is low.
// Ports      en_i           decodes the beat
//            first_i        first beat of a block array: clears the state that is carried from beat to beat, which for BCQ is
//                           the scale; the scale field is looked at in that beat only
//            lane_mask_i    lanes that lie within K
//            beat_i         LSB first: LANES indices, the selectors, the E4M3 code (bcq_pkg::beat_w)
//            codebooks_i    codeword i of codebook c at [(c*16 + i)*BC +: BC], two's complement; FROZEN: ignored
//            line_o         the operand in the form DECODE (bcq_convert), the sign of the scale applied or, encoded, beside it
//            significand_o, exponent_o  |scale| = significand * 2^(exponent - 9)
`default_nettype none

module bcq_decoder #(
  parameter int DECODE = bcq_pkg::DECODE_PAIRS,
  parameter int WEIGHT = 0,
  parameter int LANES = 16,
  parameter int LB = 8,
  parameter int NC = 8,
  parameter int BC = 6,
  parameter bit FROZEN = 1'b0,
  parameter logic [NC*bcq_pkg::ENTRIES*BC-1:0] CODEBOOKS = '0
) (
  input  wire                                                          clk_i,
  input  wire                                                          en_i,
  input  wire                                                          first_i,
  input  wire  [LANES-1:0]                                             lane_mask_i,
  input  wire  [bcq_pkg::beat_w(LANES, LB, NC)-1:0]                    beat_i,
  input  wire  [NC*bcq_pkg::ENTRIES*BC-1:0]                            codebooks_i,
  output wire  [bcq_pkg::line_w(DECODE, WEIGHT, LANES, LB, NC, BC)-1:0] line_o,
  output wire  [bcq_pkg::SIG_W-1:0]                                    significand_o,
  output wire  [bcq_pkg::EXP_W-1:0]                                    exponent_o
);

  localparam int SCALE_LSB = bcq_pkg::beat_w(LANES, LB, NC) - bcq_pkg::SCALE_W;
  localparam int LINE_W = bcq_pkg::line_w(DECODE, WEIGHT, LANES, LB, NC, BC);

  logic [bcq_pkg::SCALE_W-1:0] scale_q;
  logic [LINE_W-1:0] line_q;
  wire [bcq_pkg::SCALE_W-1:0] scale = first_i ? beat_i[SCALE_LSB+:bcq_pkg::SCALE_W] : scale_q;
  wire negative = scale[bcq_pkg::SCALE_W-1];
  wire [LINE_W-1:0] line;

  bcq_convert #(
    .FROM(bcq_pkg::DECODE_PE), .TO(DECODE), .WEIGHT(WEIGHT), .LANES(LANES), .LB(LB), .NC(NC), .BC(BC),
    .FROZEN(FROZEN), .CODEBOOKS(CODEBOOKS)
  ) u_convert (
    .codebooks_i, .from_i({negative, lane_mask_i, beat_i[SCALE_LSB-1:0]}), .to_o(line)
  );

  always_ff @(posedge clk_i) begin
    if (en_i) begin
      scale_q <= scale;
      line_q  <= line;
    end
  end

  assign line_o        = line_q;
  assign significand_o = bcq_pkg::e4m3_significand(scale_q[6:0]);
  assign exponent_o    = bcq_pkg::e4m3_exponent(scale_q[6:3]);

endmodule

`default_nettype wire
