// The decoder with frozen codebooks is a table: (selector, index, sign) to codeword.
//
// The table is a case statement that tables.py writes from a codebook file or a seed; mirrored codewords are
// entries of their own, negated by Python. Any sequence of beats, any lane mask, any gaps. The scale that counts is
// that of the last beat with first_i; what comes before the first such beat is not looked at. Nor is codebooks_i, which
// may hold anything.
`default_nettype none

module decoder_table (
  input wire                                                                          clk_i,
  input wire                                                                          en_i,
  input wire                                                                          first_i,
  input wire [table_pkg::LANES-1:0]                                                   lane_mask_i,
  input wire [bcq_pkg::beat_w(table_pkg::LANES, table_pkg::LB, table_pkg::NC)-1:0]    beat_i,
  input wire [table_pkg::NC*16*table_pkg::BC-1:0]                                     codebooks_i
);

  localparam int LANES = table_pkg::LANES;
  localparam int LB = table_pkg::LB;
  localparam int NC = table_pkg::NC;
  localparam int BC = table_pkg::BC;

  wire [LANES*BC-1:0] codewords;
  wire [3:0] significand, exponent;
  bcq_decoder #(
    .DECODE(bcq_pkg::DECODE_EDGE), .LANES(LANES), .LB(LB), .NC(NC), .BC(BC),
    .FROZEN(1'b1), .CODEBOOKS(table_pkg::CODEBOOKS)
  ) dut (
    .clk_i, .en_i, .first_i, .lane_mask_i, .beat_i, .codebooks_i,
    .line_o(codewords), .significand_o(significand), .exponent_o(exponent)
  );

  // ---- specification: the beat that was decoded last, and the scale of its block array ----
  // Fields of a beat, LSB first: indices, selectors (one per block that the beat touches), scale.
  localparam int SELECTORS = (LANES > LB) ? LANES / LB : 1;
  localparam int SELECTOR_W = (NC > 1) ? $clog2(NC) : 1;
  localparam int SCALE_LSB = 4 * LANES + SELECTORS * SELECTOR_W;

  logic scale_known_q = 1'b0;  // a block array has begun
  logic decoded_q = 1'b0;      // and the outputs belong to it
  logic [7:0] scale_q;
  logic [SCALE_LSB-1:0] beat_q;
  logic [LANES-1:0] mask_q;

  always_ff @(posedge clk_i) begin
    if (en_i) begin
      if (first_i) scale_known_q <= 1'b1;
      if (first_i) scale_q <= beat_i[SCALE_LSB+:8];
      decoded_q <= scale_known_q || first_i;
      beat_q    <= beat_i[SCALE_LSB-1:0];
      mask_q    <= lane_mask_i;
    end
  end

  // State of the decoder, for the induction.
  (* hierconn *) wire [7:0] \dut.scale_q ;

  always_comb begin
    if (decoded_q) assert ((18'(significand) << exponent) == table_pkg::e4m3_value(scale_q[6:0]));
    if (scale_known_q) assert (\dut.scale_q == scale_q);
    if (decoded_q) assert (scale_known_q);
  end

  for (genvar l = 0; l < LANES; l++) begin : g_lane
    wire [3:0] index = beat_q[4*l+:4];
    wire [SELECTOR_W-1:0] selector = beat_q[4*LANES+SELECTOR_W*(l*SELECTORS/LANES)+:SELECTOR_W];
    wire [BC-1:0] expected = mask_q[l] ? table_pkg::codeword({scale_q[7], selector, index}) : '0;
    always_comb begin
      if (decoded_q) assert (codewords[l*BC+:BC] == expected);
    end
  end

endmodule

`default_nettype wire
