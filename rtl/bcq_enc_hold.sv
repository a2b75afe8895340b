// Beats wait for what is only known once the whole of their group has come.
//
// Purpose    the encoder needs the scale of a block array before its first scalar, and the selector of a block before its
//            first index; both follow from the last. Beats and values queue apart; a beat leaves when the value of its group
//            is there.
// Parameters W        payload bits of a beat, >= 1
//            VALUE_W  bits of a group's value, >= 1
//            DEPTH    beats that may wait; at least those of the largest group, or the head would wait for ever
//            GROUPS   groups whose last beat may wait, >= 1
// Streams    in, out: valid/ready; a beat moves in a cycle with both; in_ready_o and out_valid_o depend on state alone.
//            in_last_i      last beat of its group
//            in_data_i      payload
//            value_valid_i  brings the value of the oldest group that has none; after the group's last beat has been taken;
//                           it cannot be refused
//            value_i        the value
//            out_last_o     last beat of its group
//            out_data_o     payload
//            out_value_o    the value of the beat's group
// Latency    a beat whose value comes in cycle n is offered in cycle n+1 at the earliest; one beat per cycle.
`default_nettype none

module bcq_enc_hold #(
  parameter int W = 8,
  parameter int VALUE_W = 8,
  parameter int DEPTH = 4,
  parameter int GROUPS = 4
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

  localparam int GROUPS_W = $clog2(GROUPS + 1);
  logic [GROUPS_W-1:0] groups_q;  // complete ones inside

  wire beats_valid, beats_ready, value_ready;
  wire groups_free = groups_q != GROUPS_W'(GROUPS);
  wire group_in = in_valid_i && in_ready_o && in_last_i;
  wire group_out = out_valid_o && out_ready_i && out_last_o;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) groups_q <= '0;
    else groups_q <= groups_q + GROUPS_W'(group_in) - GROUPS_W'(group_out);
  end

  bcq_fifo #(.W(W + 1), .DEPTH(DEPTH)) u_beats (
    .clk_i, .rst_ni,
    .in_valid_i(in_valid_i && groups_free), .in_ready_o(beats_ready), .in_data_i({in_last_i, in_data_i}),
    .out_valid_o(beats_valid), .out_ready_i(out_valid_o && out_ready_i), .out_data_o({out_last_o, out_data_o})
  );
  bcq_fifo #(.W(VALUE_W), .DEPTH(GROUPS)) u_values (
    .clk_i, .rst_ni,
    .in_valid_i(value_valid_i), .in_ready_o(value_ready), .in_data_i(value_i),
    .out_valid_o, .out_ready_i(out_ready_i && out_last_o), .out_data_o(out_value_o)
  );

  assign in_ready_o = beats_ready && groups_free;

`ifndef SYNTHESIS
  always @(posedge clk_i or negedge rst_ni) begin
    if (rst_ni) begin
      assert (!value_valid_i || value_ready) else $error("a value more than groups");
      assert (!out_valid_o || beats_valid) else $error("a value before its beats");
    end
  end
`else
  wire unused_status = ^{beats_valid, value_ready};
`endif

endmodule

`default_nettype wire
