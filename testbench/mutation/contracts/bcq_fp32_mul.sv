// Operands are finite, and none of the row is subnormal.
module contract (
  input wire [31:0] a_i,
  input wire [31:0] b_i
);
  always @* assume (a_i[30:23] != 8'hFF && b_i[30:23] != 8'hFF);
  always @* assume (a_i[30:23] != 8'd0 || a_i[22:0] == 23'd0);
endmodule
