// Operands are finite.
module contract (
  input wire [31:0] a_i,
  input wire [31:0] b_i
);
  always @* assume (a_i[30:23] != 8'hFF && b_i[30:23] != 8'hFF);
endmodule
