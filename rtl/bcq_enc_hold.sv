// Beats wait for what is only known once the whole of their group has come.
//
// Purpose    the encoder needs the scale of a block array before its first scalar, and the selector of a block before its
//            first index; both follow from the last. Beats and values queue apart; a beat leaves when the value of its group
//            is there.
// Parameters W        payload bits of a beat, >= 1
//            VALUE_W  bits of a group's value, >= 1
//            DEPTH    beats that may wait; at least those of the largest group, or the head would wait for ever
// Contract   in_last_i marks the last beat of a group. value_valid_i brings one value per group, in their order and never
//            before the group's last beat has been taken; it cannot be refused: groups that wait are no more than beats.
// Latency    a beat whose value comes in cycle n is offered in cycle n+1 at the earliest; one beat per cycle.
`default_nettype none

module bcq_enc_hold #(
  parameter int W = 8,
  parameter int VALUE_W = 8,
  parameter int DEPTH = 4
) (
  input  wire               clk_i,
  input  wire               rst_ni,
  input  wire               in_valid_i,
  output wire               in_ready_o,
  input  wire               in_last_i,
  input  wire [W-1:0]       in_data_i,
  input  wire               value_valid_i,
  input  wire [VALUE_W-1:0] value_i,
  output wire               out_valid_o,
  input  wire               out_ready_i,
  output wire               out_last_o,
  output wire [W-1:0]       out_data_o,
  output wire [VALUE_W-1:0] out_value_o
);

  wire beat_valid, value_ready;

  bcq_fifo #(.W(W + 1), .DEPTH(DEPTH)) u_beats (
    .clk_i, .rst_ni,
    .in_valid_i, .in_ready_o, .in_data_i({in_last_i, in_data_i}),
    .out_valid_o(beat_valid), .out_ready_i(out_valid_o && out_ready_i), .out_data_o({out_last_o, out_data_o})
  );
  bcq_fifo #(.W(VALUE_W), .DEPTH(DEPTH)) u_values (
    .clk_i, .rst_ni,
    .in_valid_i(value_valid_i), .in_ready_o(value_ready), .in_data_i(value_i),
    .out_valid_o, .out_ready_i(out_ready_i && out_last_o), .out_data_o(out_value_o)
  );

`ifdef VERILATOR
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (rst_ni) begin
      a_value_has_room : assert (!value_valid_i || value_ready) else $error("a value more than groups");
      a_beat_is_there : assert (!out_valid_o || beat_valid) else $error("a value before its beats");
    end
  end
`else
  wire unused_status = ^{beat_valid, value_ready};
`endif

endmodule

`default_nettype wire
