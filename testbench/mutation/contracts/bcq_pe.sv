// Stage T follows stage P: what it holds counts where a block array was whole. A sum begins with t_tile_first_i: after
// t_tile_last_i the old one is dead.
module contract (
  input  wire clk_i,
  input  wire advance_i,
  input  wire p_valid_i,
  input  wire t_valid_i,
  input  wire t_tile_first_i,
  input  wire t_tile_last_i,
  output wire care_scaled_q,
  output wire cares_scaled_q,
  output wire care_shift_q,
  output wire cares_shift_q,
  output wire care_u_accumulator_acc_q,
  output wire cares_u_accumulator_acc_q
);
  reg dead_q, whole_q;
  wire whole = advance_i ? p_valid_i : whole_q;
  wire add = t_valid_i && advance_i;
  wire dead = add ? t_tile_last_i : dead_q;
  always @(posedge clk_i) begin
    dead_q <= dead;
    whole_q <= whole;
  end
  always @* assume (!advance_i || t_valid_i == whole_q);
  always @* assume (!add || !dead_q || t_tile_first_i);
  assign care_scaled_q = whole_q;
  assign cares_scaled_q = whole;
  assign care_shift_q = whole_q;
  assign cares_shift_q = whole;
  assign care_u_accumulator_acc_q = !dead_q;
  assign cares_u_accumulator_acc_q = !dead;
endmodule
