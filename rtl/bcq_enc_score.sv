// What the nearest codeword of a scalar adds to the error of its block, combinational.
//
// Purpose    (V - 16c)^2 = V^2 + 32 c (8c - V), and V^2 is the same for all codebooks: they are compared by the score
//            c (8c - V), five bits shorter than the square. A signed multiplication in radix-4 Booth: two bits of c at a time
//            choose a multiple of 8c - V.
// Parameter  BC  codeword bits, 4..8
// Formats    minus_v_i   -V, two's complement
//            index_i     of the nearest codeword
//            exists_i    0: the scalar lies beyond the row, its score is 0
//            codebook_i  codeword i at [i*BC +: BC], two's complement
//            score_o     two's complement
`default_nettype none

module bcq_enc_score #(
  parameter int BC = 6
) (
  input  wire  [bcq_pkg::v_w(BC)-1:0]      minus_v_i,
  input  wire  [bcq_pkg::INDEX_W-1:0]      index_i,
  input  wire                              exists_i,
  input  wire  [bcq_pkg::ENTRIES*BC-1:0]   codebook_i,
  output logic [bcq_pkg::score_w(BC)-1:0]  score_o
);

  localparam int V_W = bcq_pkg::v_w(BC);
  localparam int SCORE_W = bcq_pkg::score_w(BC);
  localparam int X_W = BC + 6;  // 8c - V
  localparam int DIGITS = (BC + 1) / 2;
  localparam int ROW_W = X_W + 1;  // 2 (8c - V)

  // A tree of two-way choices is a third of what synthesis makes of one sixteen-way choice.
  wire [8*BC-1:0] of_8 = index_i[3] ? codebook_i[8*BC+:8*BC] : codebook_i[0+:8*BC];
  wire [4*BC-1:0] of_4 = index_i[2] ? of_8[4*BC+:4*BC] : of_8[0+:4*BC];
  wire [2*BC-1:0] of_2 = index_i[1] ? of_4[2*BC+:2*BC] : of_4[0+:2*BC];
  wire [BC-1:0] of_1 = index_i[0] ? of_2[BC+:BC] : of_2[0+:BC];
  wire signed [BC-1:0] codeword = exists_i ? of_1 : '0;

  // 8c - V: its low three bits are those of -V.
  wire signed [V_W-4:0] eighth = $signed(minus_v_i[V_W-1:3]);
  wire [BC+2:0] high = (BC + 3)'(codeword) + (BC + 3)'(eighth);
  wire [X_W-1:0] factor = {high, minus_v_i[2:0]};

  // As in bcq_enc_multiply: a negative row lacks one, and its sign bit counts inverted.
  wire [2*DIGITS:0] digits = {(2 * DIGITS)'(codeword), 1'b0};
  logic [2:0] digit;
  logic [ROW_W-1:0] multiple, row;
  logic [SCORE_W-1:0] rows, carries, offsets;

  always_comb begin
    digit    = '0;
    multiple = '0;
    row      = '0;
    rows     = '0;
    carries  = '0;
    offsets  = '0;
    for (int i = 0; i < DIGITS; i++) begin
      digit    = digits[2*i+:3];
      multiple = '0;
      if (digit[1] != digit[0]) multiple = multiple | {factor[X_W-1], factor};
      if (digit == 3'b011 || digit == 3'b100) multiple = multiple | {factor, 1'b0};
      row          = digit[2] ? ~multiple : multiple;
      row[ROW_W-1] = !row[ROW_W-1];
      rows         = rows + (SCORE_W'(row) << (2 * i));
      carries      = carries | (SCORE_W'(digit[2]) << (2 * i));
      offsets      = offsets - (SCORE_W'(1) << (2 * i + ROW_W - 1));
    end
    score_o = rows + carries + offsets;
  end

endmodule

`default_nettype wire
