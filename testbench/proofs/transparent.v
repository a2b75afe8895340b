// A register as a wire, for proofs about combinational values (prove.py, method abc). Its enable must be constant.
module \$dff (D, CLK, Q);
  parameter WIDTH = 1;
  parameter CLK_POLARITY = 1'b1;
  input [WIDTH-1:0] D;
  input CLK;
  output [WIDTH-1:0] Q;
  assign Q = D;
endmodule
