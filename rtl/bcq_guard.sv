// Guards an operand stream of the accelerator: lets a run's legal beats through and nothing else.
//
// Purpose    a beat that would give a wrong result never reaches the array: it waits, and nan_o or length_o say why.
// Parameters LINES  rows or columns that a beat feeds, >= 1
//            LANES, LB, LA, NC, K_MAX  as in bcq_array
// Contract   from start_i on, tiles_i tiles of ceil(k_i / LANES) beats pass while open_i is high; beats beyond the run wait.
//            Combinational from valid_i to valid_o and from ready_i to ready_o; a beat that has once been
//            on offer stays so until it is taken, even if open_i falls. last_i belongs to the last beat of the run, and to no other.
//            k_i and tiles_i are stable from start_i to the last beat.
// Ports      start_i           a run begins
//            open_i            beats may pass
//            k_i               scalars of a row, 1..K_MAX
//            tiles_i           tiles of the run
//            valid_i, ready_o  handshake with the source
//            beat_i            line i at [i*BEAT_W +: BEAT_W] (bcq_pkg::beat_w), scale code on top
//            last_i            the beat is the run's last
//            valid_o, ready_i  handshake with the array
//            nan_o             the beat on offer has a NaN among its scales
//            length_o          the beat on offer is the run's last without last_i, or has last_i without being it
//            tiles_o           tiles that have passed completely
`default_nettype none

module bcq_guard #(
  parameter int LINES = 16,
  parameter int LANES = 16,
  parameter int LB = 8,
  parameter int LA = 64,
  parameter int NC = 8,
  parameter int K_MAX = 65536
) (
  input  wire                                             clk_i,
  input  wire                                             rst_ni,
  input  wire                                             start_i,
  input  wire                                             open_i,
  input  wire  [$clog2(K_MAX+1)-1:0]                      k_i,
  input  wire  [31:0]                                     tiles_i,
  input  wire                                             valid_i,
  output wire                                             ready_o,
  input  wire  [LINES*bcq_pkg::beat_w(LANES, LB, NC)-1:0] beat_i,
  input  wire                                             last_i,
  output wire                                             valid_o,
  input  wire                                             ready_i,
  output wire                                             nan_o,
  output wire                                             length_o,
  output wire  [31:0]                                     tiles_o
);

  localparam int BEAT_W = bcq_pkg::beat_w(LANES, LB, NC);
  localparam int SCALE_LSB = BEAT_W - bcq_pkg::SCALE_W;

  logic [31:0] tiles_q;
  logic offered_q;  // the beat has been on offer to the array: it stays so, even if the run is closed

  wire array_first, array_last, tile_first, tile_last;
  wire [LANES-1:0] lane_mask;
  wire due = open_i && tiles_q != tiles_i;
  wire run_last = tile_last && tiles_q + 32'd1 == tiles_i;
  wire taken = valid_o && ready_i;

  bcq_sequencer #(.LANES(LANES), .LA(LA), .K_MAX(K_MAX)) u_sequencer (
    .clk_i, .rst_ni, .issue_i(taken), .k_i,
    .array_first_o(array_first), .array_last_o(array_last),
    .tile_first_o(tile_first), .tile_last_o(tile_last), .lane_mask_o(lane_mask)
  );

  wire [LINES-1:0] nan;
  for (genvar i = 0; i < LINES; i++) begin : g_line
    assign nan[i] = bcq_pkg::e4m3_nan(beat_i[i*BEAT_W+SCALE_LSB+:7]);
  end

  // The scale field counts in the first beat of a block array only.
  wire bad_scale = array_first && nan != '0;
  wire bad_length = last_i != run_last;
  wire pass = offered_q || (due && !bad_scale && !bad_length);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) offered_q <= 1'b0;
    else offered_q <= valid_o && !ready_i;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) tiles_q <= '0;
    else if (start_i) tiles_q <= '0;
    else if (taken && tile_last) tiles_q <= tiles_q + 32'd1;
  end

  assign valid_o  = valid_i && pass;
  assign ready_o  = ready_i && pass;
  assign nan_o    = valid_i && due && bad_scale;
  assign length_o = valid_i && due && bad_length;
  assign tiles_o  = tiles_q;

  wire unused_position = ^{array_last, tile_first, lane_mask, beat_i};

endmodule

`default_nettype wire
