// Indices and selectors to codewords, combinational: two look-ups per lane, sign, mask.
//
// Parameters LANES      scalars per beat, >= 1
//            LB         scalars per block, power of two; LANES divides LB or LB divides LANES
//            NC         codebooks, power of two, 1..16
//            BC         codeword bits, 4..8
//            FROZEN     1: codebooks are the constants CODEBOOKS; 0: codebooks_i
//            CODEBOOKS  as codebooks_i
// Ports      fields_i     LSB first: LANES indices, the selectors
//            negative_i   the scale is negative: codewords change sign
//            lane_mask_i  lanes that lie within K
//            codebooks_i  codeword i of codebook c at [(c*16 + i)*BC +: BC], two's complement; FROZEN: ignored
//            codewords_o  lane l at [l*BC +: BC], two's complement; 0 outside lane_mask_i
`default_nettype none

module bcq_lookup #(
  parameter int LANES = 16,
  parameter int LB = 8,
  parameter int NC = 8,
  parameter int BC = 6,
  parameter bit FROZEN = 1'b0,
  parameter logic [NC*bcq_pkg::ENTRIES*BC-1:0] CODEBOOKS = '0
) (
  input  wire  [bcq_pkg::beat_w(LANES, LB, NC)-bcq_pkg::SCALE_W-1:0]  fields_i,
  input  wire                                                         negative_i,
  input  wire  [LANES-1:0]                                            lane_mask_i,
  input  wire  [NC*bcq_pkg::ENTRIES*BC-1:0]                           codebooks_i,
  output wire  [LANES*BC-1:0]                                         codewords_o
);

  localparam int SELECTORS = bcq_pkg::beat_selectors(LANES, LB);
  localparam int SELECTOR_W = bcq_pkg::selector_w(NC);
  localparam int LANES_PER_BLOCK = LANES / SELECTORS;
  localparam int BOOK_W = bcq_pkg::ENTRIES * BC;
  localparam int SELECTORS_LSB = LANES * bcq_pkg::INDEX_W;

  // Constants come in here and nowhere before: no port carries them, so look-ups that synthesis maps alone melt into them.
  wire [NC*BOOK_W-1:0] codebooks = FROZEN ? CODEBOOKS : codebooks_i;

  for (genvar s = 0; s < SELECTORS; s++) begin : g_block
    // The block's codebook first, the codewords second: a third of the area of the other order (docs/results/decode.md).
    // Both as a loop of comparisons, not as a variable part-select: Yosys would build a shifter that counts bits.
    logic [BOOK_W-1:0] book;
    if (NC > 1) begin : g_select
      wire [SELECTOR_W-1:0] selector = fields_i[SELECTORS_LSB+s*SELECTOR_W+:SELECTOR_W];
      always_comb begin
        book = '0;
        for (int c = 0; c < NC; c++) if (selector == SELECTOR_W'(c)) book = codebooks[c*BOOK_W+:BOOK_W];
      end
    end else begin : g_single
      wire unused_selector = fields_i[SELECTORS_LSB+s];
      assign book = codebooks;
    end

    for (genvar l = s * LANES_PER_BLOCK; l < (s + 1) * LANES_PER_BLOCK; l++) begin : g_lane
      wire [bcq_pkg::INDEX_W-1:0] index = fields_i[l*bcq_pkg::INDEX_W+:bcq_pkg::INDEX_W];
      logic [BC-1:0] codeword;
      always_comb begin
        codeword = '0;
        for (int i = 0; i < bcq_pkg::ENTRIES; i++) if (index == 4'(i)) codeword = book[i*BC+:BC];
      end
      wire [BC-1:0] mirrored = negative_i ? -codeword : codeword;
      assign codewords_o[l*BC+:BC] = lane_mask_i[l] ? mirrored : '0;
    end
  end

endmodule

`default_nettype wire
