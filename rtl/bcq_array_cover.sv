// What a simulation of the array has been through: a cover point for every situation that a test must meet.
//
// Purpose    `make coverage` reports how often each was met (docs/results/coverage.md).
// Parameter  LANES  scalars per beat, >= 1
// Contract   observes only; empty wherever VERILATOR is not defined, because other tools lack immediate covers.
// Ports      act_valid_i, wgt_valid_i  a beat of the operand is at hand
//            advance_i        the pipeline moves
//            array_first_i, array_last_i, tile_first_i, tile_last_i  place of the beat at hand
//            lane_mask_i      lanes of it that lie within K
//            negative_i       its first scale of either operand has the mirror bit
//            load_i           a finished tile wants into the shadows
//            drain_i          a row leaves the shadows
//            row_valid_i, row_ready_i  handshake of the rows that leave
`default_nettype none

module bcq_array_cover #(
  parameter int LANES = 16
) (
  input wire             clk_i,
  input wire             rst_ni,
  input wire             act_valid_i,
  input wire             wgt_valid_i,
  input wire             advance_i,
  input wire             array_first_i,
  input wire             array_last_i,
  input wire             tile_first_i,
  input wire             tile_last_i,
  input wire [LANES-1:0] lane_mask_i,
  input wire             negative_i,
  input wire             load_i,
  input wire             drain_i,
  input wire             row_valid_i,
  input wire             row_ready_i
);

`ifdef VERILATOR
  wire issue = act_valid_i && wgt_valid_i && advance_i;
  logic issued_q, tile_ended_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      issued_q     <= 1'b0;
      tile_ended_q <= 1'b0;
    end else begin
      issued_q     <= issue;
      tile_ended_q <= issue && tile_last_i;

      activations_wait  : cover (act_valid_i && !wgt_valid_i);
      weights_wait      : cover (wgt_valid_i && !act_valid_i);
      beats_in_a_row    : cover (issue && issued_q);
      tiles_in_a_row    : cover (issue && tile_ended_q);
      tile_of_one_beat  : cover (issue && tile_first_i && array_first_i && tile_last_i);
      tile_of_one_array : cover (issue && tile_first_i && !array_first_i && tile_last_i);
      masked_lane       : cover (issue && !(&lane_mask_i));
      lane_alone        : cover (issue && lane_mask_i == LANES'(1));
      negative_scale    : cover (issue && array_first_i && negative_i);
      noise_in_scale    : cover (issue && !array_first_i && negative_i);
      array_ends        : cover (issue && array_last_i && !tile_last_i);
      drain_stall       : cover (load_i && !advance_i);
      load_into_empty   : cover (load_i && !row_valid_i);
      load_as_last_goes : cover (load_i && advance_i && drain_i);
      row_waits         : cover (row_valid_i && !row_ready_i);
      drain_meanwhile   : cover (issue && drain_i);
    end
  end
`else
  wire unused_inputs = ^{clk_i, rst_ni, act_valid_i, wgt_valid_i, advance_i, array_first_i, array_last_i, tile_first_i,
                         tile_last_i, lane_mask_i, negative_i, load_i, drain_i, row_valid_i, row_ready_i};
`endif

endmodule

`default_nettype wire
