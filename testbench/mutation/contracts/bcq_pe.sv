// A sum begins with t_tile_first_i: after t_tile_last_i the old one is dead.
module contract (
  input  wire clk_i,
  input  wire advance_i,
  input  wire t_valid_i,
  input  wire t_tile_first_i,
  input  wire t_tile_last_i,
  output wire care_u_accumulator_acc_q,
  output wire cares_u_accumulator_acc_q
);
  reg dead_q;
  wire add = t_valid_i && advance_i;
  wire dead = add ? t_tile_last_i : dead_q;
  always @(posedge clk_i) dead_q <= dead;
  always @* assume (!add || !dead_q || t_tile_first_i);
  assign care_u_accumulator_acc_q = !dead_q;
  assign cares_u_accumulator_acc_q = !dead;
endmodule
