// What the nearest codeword of a scalar adds to the error of its block, combinational.
//
// Purpose    (V - 16c)^2 = V^2 + 32 c (8c - V), and V^2 is the same for all codebooks: they are compared by the score
//            c (8c - V), five bits shorter than the square. The multiplication is radix-4 Booth: two bits of c at a time
//            choose a multiple of 8c - V. Masks instead of choices: synthesis makes less of them.
// Parameter  BC  codeword bits, 4..8
// Ports      minus_v_i   -V, two's complement
//            index_i     of the nearest codeword
//            exists_i    0: the scalar lies beyond the row, its score is 0
//            codebook_i  codeword i at [i*BC +: BC], two's complement
//            score_o     two's complement
`default_nettype none

module bcq_enc_score #(
  parameter int BC = 6
) (
  input  wire  [bcq_enc_pkg::v_w(BC)-1:0]     minus_v_i,
  input  wire  [bcq_pkg::INDEX_W-1:0]         index_i,
  input  wire                                 exists_i,
  input  wire  [bcq_pkg::ENTRIES*BC-1:0]      codebook_i,
  output logic [bcq_enc_pkg::score_w(BC)-1:0] score_o
);

  localparam int V_W = bcq_enc_pkg::v_w(BC);
  localparam int SCORE_W = bcq_enc_pkg::score_w(BC);
  localparam int X_W = BC + 6;  // 8c - V
  localparam int DIGITS = (BC + 1) / 2;
  localparam int ROW_W = X_W + 1;  // 2 (8c - V)

  // A tree of two-way choices: synthesis makes more of one sixteen-way choice.
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
  wire [DIGITS-1:0] negative;
  wire [DIGITS*ROW_W-1:0] rows;

  for (genvar i = 0; i < DIGITS; i++) begin : g_row
    wire [1:0] bits = digits[2*i+:2];
    assign negative[i] = digits[2*i+2];
    wire [ROW_W-1:0] once_x = {ROW_W{bits[1] != bits[0]}} & {factor[X_W-1], factor};
    wire [ROW_W-1:0] twice_x = {ROW_W{bits == {2{!negative[i]}}}} & {factor, 1'b0};
    wire [ROW_W-1:0] row = (once_x | twice_x) ^ {ROW_W{negative[i]}};
    assign rows[i*ROW_W+:ROW_W] = {!row[ROW_W-1], row[ROW_W-2:0]};
  end

  logic [SCORE_W-1:0] carries, offsets;

  always_comb begin
    score_o = '0;
    carries = '0;
    offsets = '0;
    for (int i = 0; i < DIGITS; i++) begin
      score_o = score_o + (SCORE_W'(rows[i*ROW_W+:ROW_W]) << (2 * i));
      carries = carries | (SCORE_W'(negative[i]) << (2 * i));
      offsets = offsets - (SCORE_W'(1) << (2 * i + ROW_W - 1));
    end
    score_o = score_o + carries + offsets;
  end

endmodule

`default_nettype wire
