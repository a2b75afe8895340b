// Stage T follows stage P: what it holds counts where a block array was whole. A sum begins with t_tile_first_i: after
// t_tile_last_i the old one is dead. It is +0 or a normal multiple of 2^-18 (contracts/bcq_fma.sv), as bcq_fma promises.
module contract (
  input  wire        clk_i,
  input  wire        advance_i,
  input  wire        p_valid_i,
  input  wire        t_valid_i,
  input  wire        t_tile_first_i,
  input  wire        t_tile_last_i,
  input  wire [31:0] u_accumulator_acc_q,
  output wire        care_scaled_q,
  output wire        cares_scaled_q,
  output wire        care_shift_q,
  output wire        cares_shift_q,
  output wire        care_u_accumulator_acc_q,
  output wire        cares_u_accumulator_acc_q
);
  reg dead_q, whole_q;
  wire whole = advance_i ? p_valid_i : whole_q;
  wire add = t_valid_i && advance_i;
  wire dead = add ? t_tile_last_i : dead_q;
  wire [7:0] exponent = u_accumulator_acc_q[30:23];
  wire [7:0] below = (exponent < 8'd132) ? 8'd132 - exponent : 8'd0;
  wire [22:0] integral = {23{1'b1}} << below;
  wire normal = exponent >= 8'd109 && exponent <= 8'd235 && (u_accumulator_acc_q[22:0] & ~integral) == 23'd0;
  always @(posedge clk_i) begin
    dead_q <= dead;
    whole_q <= whole;
  end
  always @* assume (!advance_i || t_valid_i == whole_q);
  always @* assume (!add || !dead_q || t_tile_first_i);
  always @* assume (u_accumulator_acc_q == 32'd0 || normal);
  assign care_scaled_q = whole_q;
  assign cares_scaled_q = whole;
  assign care_shift_q = whole_q;
  assign cares_shift_q = whole;
  assign care_u_accumulator_acc_q = !dead_q;
  assign cares_u_accumulator_acc_q = !dead;
endmodule
