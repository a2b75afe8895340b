// bcq_sequencer says where a beat lies in its block array and in its tile.
//
// The specification is the position of the beat's first scalar in the tile, counted from 0, and nothing else: all
// outputs are functions of it and of K. Any K from 1 to K_MAX, which may change between tiles; any issue pattern;
// resets at any time. A second, independent count of beats shows that a tile has exactly ceil(K / LANES) of them.
`default_nettype none

module sequencer_position #(
  parameter int LANES = 4,
  parameter int LA = 16,
  parameter int K_MAX = 53
) (
  input wire                       clk_i,
  input wire                       rst_ni,
  input wire                       issue_i,
  input wire [$clog2(K_MAX+1)-1:0] k_i
);

  localparam int K_W = $clog2(K_MAX + 1);
  localparam int BEATS = LA / LANES;
  localparam int BEAT_CNT_W = (BEATS > 1) ? $clog2(BEATS) : 1;

  logic started_q = 1'b0;
  always_ff @(posedge clk_i) started_q <= 1'b1;
  wire rst_n = rst_ni && started_q;

  wire array_first, array_last, tile_first, tile_last;
  wire [LANES-1:0] lane_mask;
  bcq_sequencer #(.LANES(LANES), .LA(LA), .K_MAX(K_MAX)) dut (
    .clk_i, .rst_ni(rst_n), .issue_i, .k_i,
    .array_first_o(array_first), .array_last_o(array_last), .tile_first_o(tile_first), .tile_last_o(tile_last),
    .lane_mask_o(lane_mask)
  );

  // ---- specification; 32-bit integers, which cannot overflow here ----
  logic [31:0] position_q, beats_q, k_before_q;
  logic in_tile_q;  // beats of this tile have been issued
  wire [31:0] k = 32'(k_i);
  wire last = position_q + LANES >= k;

  always_ff @(posedge clk_i or negedge rst_n) begin
    if (!rst_n) begin
      position_q <= '0;
      beats_q    <= '0;
      in_tile_q  <= 1'b0;
    end else if (issue_i) begin
      position_q <= last ? '0 : position_q + LANES;
      beats_q    <= tile_last ? '0 : beats_q + 1;
      in_tile_q  <= !last;
    end
  end
  always_ff @(posedge clk_i) k_before_q <= k;

  // State of the module, for the induction.
  (* hierconn *) wire [K_W-1:0] \dut.issued_q ;
  (* hierconn *) wire [BEAT_CNT_W-1:0] \dut.beat_q ;

  always_comb begin
    // The contract: K is legal, and stable while a tile is under way.
    assume (k >= 1 && k <= K_MAX);
    if (rst_n && in_tile_q) assume (k == k_before_q);
    if (rst_n) begin
      assert (tile_last == last);
      assert (tile_first == (position_q < LA));
      assert (array_first == (position_q % LA == 0));
      assert (array_last == (last || (position_q + LANES) % LA == 0));
      if (tile_last) assert (beats_q + 1 == (k + LANES - 1) / LANES);
      // Invariants: the position is that of a beat within the tile, and the module's counters hold it.
      assert (position_q == LANES * beats_q && beats_q <= K_MAX);
      assert (in_tile_q == (position_q != 0));
      assert (position_q < (in_tile_q ? k_before_q : 1));
      assert (32'(\dut.issued_q ) == position_q);
      assert (LANES * 32'(\dut.beat_q ) == position_q % LA);
    end
  end

  for (genvar l = 0; l < LANES; l++) begin : g_lane
    always_comb begin
      if (rst_n) assert (lane_mask[l] == (position_q + l < k));
    end
  end

endmodule

`default_nettype wire
