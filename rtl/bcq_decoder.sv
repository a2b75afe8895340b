// The decode seam: an encoded beat of a block array in, LANES codewords out.
//
// Purpose    selector look-up, then codeword look-up; placed once per row and column at the array's edge.
// Parameters LANES  scalars per beat, >= 1
//            LB     scalars per block, power of two; LANES divides LB or LB divides LANES
//            NC     codebooks, power of two, 1..16
//            BC     codeword bits, 4..8
// Contract   a beat is decoded in a cycle with en_i; outputs are registered: valid in the next cycle and held while
//            en_i is low.
// Ports      en_i           decodes the beat
//            first_i        first beat of a block array: clears the state that is carried from beat to beat, which for BCQ is
//                           the scale; the scale field is looked at in that beat only
//            lane_mask_i    lanes that lie within K
//            beat_i         LSB first: LANES indices, the selectors, the E4M3 code (bcq_pkg::beat_w)
//            codebooks_i    codeword i of codebook c at [(c*16 + i)*BC +: BC], two's complement
//            codewords_o    lane l at [l*BC +: BC], two's complement, the sign of the scale applied; 0 outside lane_mask_i
//            significand_o, exponent_o  |scale| = significand * 2^(exponent - 9)
`default_nettype none

module bcq_decoder #(
  parameter int LANES = 16,
  parameter int LB = 8,
  parameter int NC = 8,
  parameter int BC = 6
) (
  input  wire                                           clk_i,
  input  wire                                           en_i,
  input  wire                                           first_i,
  input  wire  [LANES-1:0]                              lane_mask_i,
  input  wire  [bcq_pkg::beat_w(LANES, LB, NC)-1:0]     beat_i,
  input  wire  [NC*bcq_pkg::ENTRIES*BC-1:0]             codebooks_i,
  output wire  [LANES*BC-1:0]                           codewords_o,
  output wire  [bcq_pkg::SIG_W-1:0]                     significand_o,
  output wire  [bcq_pkg::EXP_W-1:0]                     exponent_o
);

  localparam int SELECTORS = bcq_pkg::beat_selectors(LANES, LB);
  localparam int SELECTOR_W = bcq_pkg::selector_w(NC);
  localparam int LANES_PER_BLOCK = LANES / SELECTORS;
  localparam int BOOK_W = bcq_pkg::ENTRIES * BC;
  localparam int SELECTORS_LSB = LANES * bcq_pkg::INDEX_W;
  localparam int SCALE_LSB = SELECTORS_LSB + SELECTORS * SELECTOR_W;

  logic [bcq_pkg::SCALE_W-1:0] scale_q;
  logic [LANES*BC-1:0] codewords_q;
  wire [bcq_pkg::SCALE_W-1:0] scale = first_i ? beat_i[SCALE_LSB+:bcq_pkg::SCALE_W] : scale_q;
  wire negative = scale[bcq_pkg::SCALE_W-1];
  wire [LANES*BC-1:0] codewords;

  for (genvar s = 0; s < SELECTORS; s++) begin : g_block
    // The block's codebook first, the codewords second: several times smaller than one wide look-up per lane.
    wire [BOOK_W-1:0] book;
    if (NC > 1) begin : g_select
      wire [SELECTOR_W-1:0] selector = beat_i[SELECTORS_LSB+s*SELECTOR_W+:SELECTOR_W];
      assign book = codebooks_i[selector*BOOK_W+:BOOK_W];
    end else begin : g_single
      wire unused_selector = beat_i[SELECTORS_LSB+s];
      assign book = codebooks_i;
    end

    for (genvar l = s * LANES_PER_BLOCK; l < (s + 1) * LANES_PER_BLOCK; l++) begin : g_lane
      wire [bcq_pkg::INDEX_W-1:0] index = beat_i[l*bcq_pkg::INDEX_W+:bcq_pkg::INDEX_W];
      wire [BC-1:0] codeword = book[index*BC+:BC];
      wire [BC-1:0] mirrored = negative ? -codeword : codeword;
      assign codewords[l*BC+:BC] = lane_mask_i[l] ? mirrored : '0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (en_i) begin
      scale_q     <= scale;
      codewords_q <= codewords;
    end
  end

  assign codewords_o   = codewords_q;
  assign significand_o = bcq_pkg::e4m3_significand(scale_q[6:0]);
  assign exponent_o    = bcq_pkg::e4m3_exponent(scale_q[6:3]);

endmodule

`default_nettype wire
