// What bcq_dot and bcq_lookup were weighed against (scripts/study_decode.py); never part of the array. Ports as in bcq_dot and
// bcq_lookup, but dot products take codewords, or for Booth digits a recoded weight.

// Plain: two's complement multipliers, left to Yosys.
module dot_plain #(parameter int LANES = 16, BC = 6) (
  input wire [LANES*BC-1:0] a_i, w_i, output logic signed [bcq_pkg::dot_w(BC, LANES)-1:0] sum_o
);
  localparam int W = bcq_pkg::dot_w(BC, LANES);
  logic signed [BC-1:0] a, w;
  logic signed [W-1:0] a_wide, w_wide;
  always_comb begin
    {a, w, a_wide, w_wide, sum_o} = '0;
    for (int l = 0; l < LANES; l++) begin
      a = $signed(a_i[l*BC+:BC]);
      w = $signed(w_i[l*BC+:BC]);
      a_wide = W'(a);
      w_wide = W'(w);
      sum_o = sum_o + a_wide * w_wide;
    end
  end
endmodule

// One row per bit of each weight, added as unsigned numbers.
module dot_rows #(parameter int LANES = 16, BC = 6) (
  input wire [LANES*BC-1:0] a_i, w_i, output logic [bcq_pkg::dot_w(BC, LANES)-1:0] sum_o
);
  localparam int W = bcq_pkg::dot_w(BC, LANES);
  localparam logic [BC-1:0] SIGN = BC'(1 << (BC - 1));
  logic [BC-1:0] row;
  always_comb begin
    row = '0;
    sum_o = -(W'(LANES * 2 * (1 << (BC - 1)) * ((1 << (BC - 1)) - 1)));
    for (int l = 0; l < LANES; l++) for (int i = 0; i < BC; i++) begin
      row = (a_i[l*BC+:BC] & {BC{w_i[l*BC+i]}}) ^ ((i < BC - 1) ? SIGN : ~SIGN);
      sum_o = sum_o + (W'(row) << i);
    end
  end
endmodule

// Both in sign and magnitude.
module dot_magnitude #(parameter int LANES = 16, BC = 6) (
  input wire [LANES*BC-1:0] a_i, w_i, output logic [bcq_pkg::dot_w(BC, LANES)-1:0] sum_o
);
  localparam int W = bcq_pkg::dot_w(BC, LANES);
  localparam int P = 2 * BC - 2;
  logic [P-1:0] product;
  logic negative;
  always_comb begin
    {product, negative, sum_o} = '0;
    for (int l = 0; l < LANES; l++) begin
      product = P'(a_i[l*BC+:BC-1]) * P'(w_i[l*BC+:BC-1]);
      negative = a_i[l*BC+BC-1] ^ w_i[l*BC+BC-1];
      sum_o = sum_o + {{(W - P) {negative}}, product ^ {P{negative}}} + W'(negative);
    end
  end
endmodule

// Radix-4 Booth digits {negative, two, one} from the edge, with the sum of all "+1" of negated rows, which depends on w alone.
module dot_booth #(parameter int LANES = 16, BC = 6, D = (BC + 1) / 2, C_W = 8 + $clog2(LANES)) (
  input wire [LANES*BC-1:0] a_i, input wire [LANES*D*3-1:0] digits_i, input wire [C_W-1:0] ones_i,
  output logic [bcq_pkg::dot_w(BC, LANES)-1:0] sum_o
);
  localparam int W = bcq_pkg::dot_w(BC, LANES);
  logic [BC:0] a, row;
  logic negative, two, one;
  always_comb begin
    {a, row, negative, two, one} = '0;
    sum_o = W'(ones_i);
    for (int k = 0; k < D; k++) for (int l = 0; l < LANES; l++) begin
      a = {a_i[l*BC+BC-1], a_i[l*BC+:BC]};
      {negative, two, one} = digits_i[(l*D+k)*3+:3];
      row = ((a & {(BC + 1) {one}}) | ((a << 1) & {(BC + 1) {two}})) ^ {(BC + 1) {negative}} ^ ((BC + 1)'(1 << BC));
      sum_o = sum_o + (W'(row) << (2 * k)) - (W'(1 << BC) << (2 * k));
    end
  end
endmodule

// Look-ups as variable part-selects.
module lookup_shift #(parameter int LANES = 16, LB = 8, NC = 8, BC = 6) (
  input wire [LANES*4-1:0] index_i, input wire [LANES/LB*$clog2(NC)-1:0] selector_i, input wire [NC*16*BC-1:0] codebooks_i,
  output logic [LANES*BC-1:0] codewords_o
);
  logic [16*BC-1:0] book;
  always_comb begin
    {book, codewords_o} = '0;
    for (int s = 0; s < LANES / LB; s++) begin
      book = codebooks_i[selector_i[s*$clog2(NC)+:$clog2(NC)]*16*BC+:16*BC];
      for (int l = s * LB; l < (s + 1) * LB; l++) codewords_o[l*BC+:BC] = book[index_i[l*4+:4]*BC+:BC];
    end
  end
endmodule

// Comparisons, the codebook first: as bcq_lookup, without sign and mask.
module lookup_book_first #(parameter int LANES = 16, LB = 8, NC = 8, BC = 6) (
  input wire [LANES*4-1:0] index_i, input wire [LANES/LB*$clog2(NC)-1:0] selector_i, input wire [NC*16*BC-1:0] codebooks_i,
  output logic [LANES*BC-1:0] codewords_o
);
  logic [16*BC-1:0] book;
  always_comb begin
    {book, codewords_o} = '0;
    for (int s = 0; s < LANES / LB; s++) begin
      for (int c = 0; c < NC; c++)
        if (selector_i[s*$clog2(NC)+:$clog2(NC)] == ($clog2(NC))'(c)) book = codebooks_i[c*16*BC+:16*BC];
      for (int l = s * LB; l < (s + 1) * LB; l++)
        for (int i = 0; i < 16; i++) if (index_i[l*4+:4] == 4'(i)) codewords_o[l*BC+:BC] = book[i*BC+:BC];
    end
  end
endmodule

// The codeword of every codebook first, the selector second.
module lookup_index_first #(parameter int LANES = 16, LB = 8, NC = 8, BC = 6) (
  input wire [LANES*4-1:0] index_i, input wire [LANES/LB*$clog2(NC)-1:0] selector_i, input wire [NC*16*BC-1:0] codebooks_i,
  output logic [LANES*BC-1:0] codewords_o
);
  logic [BC-1:0] codeword;
  always_comb begin
    {codeword, codewords_o} = '0;
    for (int l = 0; l < LANES; l++) for (int c = 0; c < NC; c++) begin
      codeword = '0;
      for (int i = 0; i < 16; i++) if (index_i[l*4+:4] == 4'(i)) codeword = codebooks_i[(c*16+i)*BC+:BC];
      if (selector_i[(l/LB)*$clog2(NC)+:$clog2(NC)] == ($clog2(NC))'(c)) codewords_o[l*BC+:BC] = codeword;
    end
  end
endmodule
