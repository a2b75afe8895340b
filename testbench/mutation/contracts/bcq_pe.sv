// A sum begins with t_tile_first_i: after t_tile_last_i the old one is dead.
module contract (
  input  wire clk_i,
  input  wire advance_i,
  input  wire t_valid_i,
  input  wire t_tile_first_i,
  input  wire t_tile_last_i,
  output wire care_u_accumulator_acc_q
);
  wire add = t_valid_i && advance_i;
  reg finished_q;
  always @(posedge clk_i) if (add) finished_q <= t_tile_last_i;
  always @* assume (!add || !finished_q || t_tile_first_i);
  assign care_u_accumulator_acc_q = !finished_q;
endmodule
