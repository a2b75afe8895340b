// A sum begins with first_i: after last_i the old one is dead.
module contract (
  input  wire clk_i,
  input  wire add_i,
  input  wire first_i,
  input  wire last_i,
  output wire care_acc_q
);
  reg finished_q;
  always @(posedge clk_i) if (add_i) finished_q <= last_i;
  always @* assume (!add_i || !finished_q || first_i);
  assign care_acc_q = !finished_q;
endmodule
