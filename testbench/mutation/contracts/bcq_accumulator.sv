// A sum begins with first_i: after last_i the old one is dead.
module contract (
  input  wire clk_i,
  input  wire add_i,
  input  wire first_i,
  input  wire last_i,
  output wire care_acc_q,
  output wire cares_acc_q
);
  reg dead_q;
  wire dead = add_i ? last_i : dead_q;
  always @(posedge clk_i) dead_q <= dead;
  always @* assume (!add_i || !dead_q || first_i);
  assign care_acc_q = !dead_q;
  assign cares_acc_q = !dead;
endmodule
