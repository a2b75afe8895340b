// The control pipeline of an array: one copy for all PEs, a stage per cycle.
//
// Purpose    says when a beat of both operands is issued, where it lies in its block array and tile, and carries that along
//            with it through the stages D (decoded), M (dot product), P (block array sum) and T (times scales); lets the rows
//            of a finished tile out. docs/cycles.md is the timing contract.
// Parameters ROWS   rows of the array, >= 1
//            LANES  scalars per beat, >= 1
//            LA     scalars per block array, a multiple of LANES
//            K_MAX  longest reduction, >= LANES
// Contract   everything in the array moves with advance_o: low freezes every stage. From stage P on there is one entry per
//            block array.
// Ports      k_i            scalars of a tile, 1..K_MAX; stable from the first beat of a tile to its last
//            act_valid_i, wgt_valid_i  a beat of the operand is at hand
//            issue_o        both are, and the pipeline moves: they are taken and enter stage D
//            advance_o      the pipeline moves; low while a finished tile would overwrite a row that has not left
//            array_first_o  the beat at hand is the first of its block array
//            array_last_o   the beat at hand is the last of its block array
//            tile_first_o   the beat at hand belongs to the tile's first block array
//            tile_last_o    the beat at hand is the tile's last
//            lane_mask_o    lanes of the beat at hand that lie within K
//            m_valid_o        stage M holds the dot product of a beat
//            m_array_first_o  the beat in stage M is the first of its block array
//            p_valid_o        stage P holds the sum of a whole block array
//            t_valid_o       stage T holds a block array
//            t_tile_first_o  the block array in stage T is the first of its tile
//            t_tile_last_o   the block array in stage T is the last of its tile
//            row_valid_o, row_ready_i  handshake of the rows that leave the shadows
//            drain_o        a row leaves: every shadow takes over that of the row below
`default_nettype none

module bcq_control #(
  parameter int ROWS = 16,
  parameter int LANES = 16,
  parameter int LA = 64,
  parameter int K_MAX = 65536
) (
  input  wire                       clk_i,
  input  wire                       rst_ni,
  input  wire [$clog2(K_MAX+1)-1:0] k_i,
  input  wire                       act_valid_i,
  input  wire                       wgt_valid_i,
  output wire                       issue_o,
  output wire                       advance_o,
  // The beat that is about to be issued.
  output wire                       array_first_o,
  output wire                       array_last_o,
  output wire                       tile_first_o,
  output wire                       tile_last_o,
  output wire [LANES-1:0]           lane_mask_o,
  // Stages M, P and T of the PEs.
  output wire                       m_valid_o,
  output wire                       m_array_first_o,
  output wire                       p_valid_o,
  output wire                       t_valid_o,
  output wire                       t_tile_first_o,
  output wire                       t_tile_last_o,
  // The way out.
  output wire                       row_valid_o,
  input  wire                       row_ready_i,
  output wire                       drain_o
);

  wire both_valid = act_valid_i && wgt_valid_i;
  wire advance;
  logic d_valid_q, d_array_first_q, d_array_last_q, d_tile_first_q, d_tile_last_q;
  logic m_valid_q, m_array_first_q, m_array_last_q, m_tile_first_q, m_tile_last_q;
  logic p_valid_q, p_tile_first_q, p_tile_last_q;
  logic t_valid_q, t_tile_first_q, t_tile_last_q;

  bcq_sequencer #(.LANES(LANES), .LA(LA), .K_MAX(K_MAX)) u_sequencer (
    .clk_i, .rst_ni, .issue_i(issue_o), .k_i,
    .array_first_o, .array_last_o, .tile_first_o, .tile_last_o, .lane_mask_o
  );

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      d_valid_q <= 1'b0;
      m_valid_q <= 1'b0;
      p_valid_q <= 1'b0;
      t_valid_q <= 1'b0;
    end else if (advance) begin
      d_valid_q <= both_valid;
      m_valid_q <= d_valid_q;
      p_valid_q <= m_valid_q && m_array_last_q;
      t_valid_q <= p_valid_q;
    end
  end

  always_ff @(posedge clk_i) begin
    if (advance) begin
      d_array_first_q <= array_first_o;
      d_array_last_q  <= array_last_o;
      d_tile_first_q  <= tile_first_o;
      d_tile_last_q   <= tile_last_o;
      m_array_first_q <= d_array_first_q;
      m_array_last_q  <= d_array_last_q;
      m_tile_first_q  <= d_tile_first_q;
      m_tile_last_q   <= d_tile_last_q;
      p_tile_first_q  <= m_tile_first_q;
      p_tile_last_q   <= m_tile_last_q;
      t_tile_first_q  <= p_tile_first_q;
      t_tile_last_q   <= p_tile_last_q;
    end
  end

  bcq_drain #(.ROWS(ROWS)) u_drain (
    .clk_i, .rst_ni, .load_i(t_valid_q && t_tile_last_q), .advance_o(advance),
    .row_valid_o, .row_ready_i, .drain_o
  );

  assign issue_o         = both_valid && advance;
  assign advance_o       = advance;
  assign m_valid_o       = m_valid_q;
  assign m_array_first_o = m_array_first_q;
  assign p_valid_o       = p_valid_q;
  assign t_valid_o       = t_valid_q;
  assign t_tile_first_o  = t_tile_first_q;
  assign t_tile_last_o   = t_tile_last_q;

endmodule

`default_nettype wire
