// The accumulator of a PE and its shadow, through which results drain.
//
// Purpose    S = sum of scaled * 2^shift over the block arrays of a tile; the finished S moves to the shadow, so that the
//            next tile starts at once while results leave row by row.
// Parameters ACCUM     bcq_pkg::ACCUM_EXACT: fixed point; ACCUM_FP32: binary32, rounded after every block array
//            SCALED_W  bits of a scaled dot product, 15..33
//            ACC_W     bits of S (bcq_pkg::acc_w): 32, or 43..67 when exact
// Contract   add_i && last_i wins over drain_i, which is safe only when the shadow's own row has just been taken
//            (bcq_drain sees to it).
// Ports      add_i     adds one block array to S
//            first_i   with add_i: the block array is the tile's first, S starts from 0
//            last_i    with add_i: the block array is the tile's last, the new S goes straight into the shadow
//            scaled_i  two's complement integer
//            shift_i   0..28
//            drain_i   the shadow takes over the shadow of the row below
//            below_i, s_o  shadow of the row below, and the own one: two's complement, LSB 2^-18; or binary32
`default_nettype none

module bcq_accumulator #(
  parameter int ACCUM = bcq_pkg::ACCUM_EXACT,
  parameter int SCALED_W = 25,
  parameter int ACC_W = 63
) (
  input  wire                              clk_i,
  input  wire                              add_i,
  input  wire                              first_i,
  input  wire                              last_i,
  input  wire  signed [SCALED_W-1:0]       scaled_i,
  input  wire         [bcq_pkg::EXP2_W-1:0] shift_i,
  input  wire                              drain_i,
  input  wire         [ACC_W-1:0]          below_i,
  output wire         [ACC_W-1:0]          s_o
);

  logic [ACC_W-1:0] acc_q, shadow_q;
  wire [ACC_W-1:0] previous = first_i ? '0 : acc_q;
  wire [ACC_W-1:0] acc;

  if (ACCUM == bcq_pkg::ACCUM_FP32) begin : g_fp32
    bcq_fma #(.SCALED_W(SCALED_W)) u_fma (.acc_i(previous), .scaled_i, .shift_i, .sum_o(acc));
  end else begin : g_exact
    wire signed [ACC_W-1:0] term = ACC_W'(scaled_i) <<< shift_i;
    assign acc = previous + term;
  end

  always_ff @(posedge clk_i) begin
    if (add_i && !last_i) acc_q <= acc;
    if (add_i && last_i) shadow_q <= acc;
    else if (drain_i) shadow_q <= below_i;
  end

  assign s_o = shadow_q;

endmodule

`default_nettype wire
