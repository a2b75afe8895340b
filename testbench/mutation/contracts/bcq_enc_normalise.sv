// The shift is that of bcq_enc_reciprocal, never negative; the triple is one.
module contract (
  input wire [9:0]  shift_i,
  input wire [23:0] reciprocal_i,
  input wire [25:0] triple_i
);
  always @* assume (!shift_i[9]);
  always @* assume (triple_i == 26'(reciprocal_i) * 26'd3);
endmodule
