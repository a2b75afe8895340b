// Counts the scalars of a tile: says where each beat lies in its block array and in its tile.
//
// Parameters LANES  scalars per beat, >= 1
//            LA     scalars per block array, a multiple of LANES
//            K_MAX  longest reduction, >= LANES
// Contract   outputs describe the beat that is about to be issued. Tiles follow each other without a gap.
// Ports      issue_i        the beat is issued: moves on to the next
//            k_i            scalars of a tile, 1..K_MAX; stable from the first beat of a tile to its last
//            array_first_o  the beat is the first of its block array
//            array_last_o   the beat is the last of its block array
//            tile_first_o   the beat belongs to the tile's first block array
//            tile_last_o    the beat is the tile's last
//            lane_mask_o    lanes that lie within K
`default_nettype none

module bcq_sequencer #(
  parameter int LANES = 16,
  parameter int LA = 64,
  parameter int K_MAX = 65536
) (
  input  wire                     clk_i,
  input  wire                     rst_ni,
  input  wire                     issue_i,
  input  wire [$clog2(K_MAX+1)-1:0] k_i,
  output wire                     array_first_o,
  output wire                     array_last_o,
  output wire                     tile_first_o,
  output wire                     tile_last_o,
  output wire [LANES-1:0]         lane_mask_o
);

  localparam int K_W = $clog2(K_MAX + 1);
  localparam int BEATS = LA / LANES;  // of a whole block array
  localparam int BEAT_CNT_W = (BEATS > 1) ? $clog2(BEATS) : 1;

  logic [K_W-1:0] issued_q;           // scalars of the tile in earlier beats
  logic [BEAT_CNT_W-1:0] beat_q;      // beat within the block array
  logic tile_first_q;

  wire [K_W-1:0] remaining = k_i - issued_q;

  assign tile_last_o   = remaining <= K_W'(LANES);
  assign array_first_o = beat_q == '0;
  assign array_last_o  = tile_last_o || beat_q == BEAT_CNT_W'(BEATS - 1);
  assign tile_first_o  = tile_first_q;

  for (genvar l = 0; l < LANES; l++) begin : g_mask
    assign lane_mask_o[l] = remaining > K_W'(l);
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      issued_q     <= '0;
      beat_q       <= '0;
      tile_first_q <= 1'b1;
    end else if (issue_i) begin
      issued_q     <= tile_last_o ? '0 : issued_q + K_W'(LANES);
      beat_q       <= array_last_o ? '0 : beat_q + BEAT_CNT_W'(1);
      tile_first_q <= tile_last_o || (tile_first_q && !array_last_o);
    end
  end

endmodule

`default_nettype wire
