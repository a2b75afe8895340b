// What one codebook's nearest codewords leave of a block, combinational.
//
// Purpose    (V - 16c)^2 = V^2 + 32 c (8c - V), and V^2 is the same for all codebooks: they are compared by the sum of
//            c (8c - V) over the lanes, whose terms are five bits shorter than squares. Two bits of c at a time (radix-4
//            Booth) choose a multiple of 8c - V; the rows of all lanes are one sum, which synthesis adds up in carry-save form.
// Parameters LANES  scalars of the block that come in a beat, >= 1
//            BC     codeword bits, 4..8
//            SUM_W  bits of the sum, enough for it
// Formats    minus_v_i   lane l at [l*V_W +: V_W]: -V, two's complement
//            indices_i   lane l at [4*l +: 4]
//            mask_i      lanes that count
//            codebook_i  codeword i at [i*BC +: BC], two's complement
//            sum_o       two's complement
`default_nettype none

module bcq_enc_score #(
  parameter int LANES = 8,
  parameter int BC = 6,
  parameter int SUM_W = 20
) (
  input  wire  [LANES*bcq_pkg::v_w(BC)-1:0]      minus_v_i,
  input  wire  [LANES*bcq_pkg::INDEX_W-1:0]      indices_i,
  input  wire  [LANES-1:0]                       mask_i,
  input  wire  [bcq_pkg::ENTRIES*BC-1:0]         codebook_i,
  output logic [SUM_W-1:0]                       sum_o
);

  localparam int V_W = bcq_pkg::v_w(BC);
  localparam int X_W = BC + 6;           // 8c - V
  localparam int DIGITS = (BC + 1) / 2;
  localparam int ROW_W = X_W + 1;        // 2 (8c - V)

  wire [LANES*BC-1:0] codewords;
  wire [LANES*X_W-1:0] factors;

  for (genvar l = 0; l < LANES; l++) begin : g_lane
    // The codeword, 0 in a lane that does not count; a tree of two-way choices is a third of one sixteen-way choice.
    wire [bcq_pkg::INDEX_W-1:0] index = indices_i[l*bcq_pkg::INDEX_W+:bcq_pkg::INDEX_W];
    wire [8*BC-1:0] of_8 = index[3] ? codebook_i[8*BC+:8*BC] : codebook_i[0+:8*BC];
    wire [4*BC-1:0] of_4 = index[2] ? of_8[4*BC+:4*BC] : of_8[0+:4*BC];
    wire [2*BC-1:0] of_2 = index[1] ? of_4[2*BC+:2*BC] : of_4[0+:2*BC];
    wire [BC-1:0] chosen = index[0] ? of_2[BC+:BC] : of_2[0+:BC];
    wire signed [BC-1:0] codeword = mask_i[l] ? chosen : '0;
    assign codewords[l*BC+:BC] = codeword;
    // 8c - V: the low three bits are those of -V.
    wire [V_W-1:0] minus_v = minus_v_i[l*V_W+:V_W];
    wire signed [V_W-4:0] eighth = $signed(minus_v[V_W-1:3]);
    wire [BC+2:0] high = (BC + 3)'(codeword) + (BC + 3)'(eighth);
    assign factors[l*X_W+:X_W] = {high, minus_v[2:0]};
  end

  // As in bcq_enc_multiply: a negative row lacks one, and its sign bit counts inverted.
  logic signed [BC-1:0] codeword;
  logic [2*DIGITS:0] digits;
  logic [2:0] digit;
  logic [X_W-1:0] factor;
  logic [ROW_W-1:0] multiple, row;
  logic [SUM_W-1:0] carries, offsets;

  always_comb begin
    codeword = '0;
    digits   = '0;
    digit    = '0;
    factor   = '0;
    multiple = '0;
    row      = '0;
    sum_o    = '0;
    carries  = '0;
    offsets  = '0;
    for (int l = 0; l < LANES; l++) begin
      codeword = $signed(codewords[l*BC+:BC]);
      digits   = {(2 * DIGITS)'(codeword), 1'b0};
      factor   = factors[l*X_W+:X_W];
      carries  = '0;
      for (int i = 0; i < DIGITS; i++) begin
        digit    = digits[2*i+:3];
        multiple = '0;
        if (digit[1] != digit[0]) multiple = multiple | {factor[X_W-1], factor};
        if (digit == 3'b011 || digit == 3'b100) multiple = multiple | {factor, 1'b0};
        row          = digit[2] ? ~multiple : multiple;
        row[ROW_W-1] = !row[ROW_W-1];
        sum_o        = sum_o + (SUM_W'(row) << (2 * i));
        carries      = carries | (SUM_W'(digit[2]) << (2 * i));
        offsets      = offsets - (SUM_W'(1) << (2 * i + ROW_W - 1));
      end
      sum_o = sum_o + carries;
    end
    sum_o = sum_o + offsets;
  end

endmodule

`default_nettype wire
