// Frozen and programmable codebooks decode alike, once the store has been written with the constants.
//
// Writes come in any order, any number of times, at any time; each writes the constant of its address. When every
// address has been written, the decoder behind the store and the decoder behind the constants agree on every beat.
`default_nettype none

module decoder_frozen_equal (
  input wire                                                                          clk_i,
  input wire                                                                          write_i,
  input wire [$clog2(table_pkg::NC*16)-1:0]                                           addr_i,
  input wire                                                                          en_i,
  input wire                                                                          first_i,
  input wire [table_pkg::LANES-1:0]                                                   lane_mask_i,
  input wire [bcq_pkg::beat_w(table_pkg::LANES, table_pkg::LB, table_pkg::NC)-1:0]    beat_i
);

  localparam int LANES = table_pkg::LANES;
  localparam int NC = table_pkg::NC;
  localparam int BC = table_pkg::BC;

  wire [NC*16*BC-1:0] stored;
  wire [BC-1:0] codeword = table_pkg::CODEBOOKS[addr_i*BC+:BC];
  wire [LANES*BC-1:0] stored_codewords, constant_codewords;
  wire [3:0] stored_significand, stored_exponent, constant_significand, constant_exponent;

  bcq_codebooks #(.NC(NC), .BC(BC)) u_store (
    .clk_i, .write_i, .addr_i, .codeword_i(codeword), .codebooks_o(stored)
  );
  bcq_decoder #(.DECODE(bcq_pkg::DECODE_EDGE), .LANES(LANES), .LB(table_pkg::LB), .NC(NC), .BC(BC)) dut (
    .clk_i, .en_i, .first_i, .lane_mask_i, .beat_i, .codebooks_i(stored),
    .line_o(stored_codewords), .significand_o(stored_significand), .exponent_o(stored_exponent)
  );
  bcq_decoder #(
    .DECODE(bcq_pkg::DECODE_EDGE), .LANES(LANES), .LB(table_pkg::LB), .NC(NC), .BC(BC),
    .FROZEN(1'b1), .CODEBOOKS(table_pkg::CODEBOOKS)
  ) u_reference (
    .clk_i, .en_i, .first_i, .lane_mask_i, .beat_i, .codebooks_i('0),
    .line_o(constant_codewords), .significand_o(constant_significand), .exponent_o(constant_exponent)
  );

  // ---- what is known: addresses written, a block array begun, a beat decoded from a complete store ----
  logic [NC*16-1:0] written_q = '0;
  logic scale_known_q = 1'b0;
  logic decoded_q = 1'b0;

  always_ff @(posedge clk_i) begin
    if (write_i) written_q[addr_i] <= 1'b1;
    if (en_i) begin
      if (first_i) scale_known_q <= 1'b1;
      decoded_q <= (&written_q) && (scale_known_q || first_i);
    end
  end

  // State of the decoders, for the induction.
  (* hierconn *) wire [7:0] \dut.scale_q ;
  (* hierconn *) wire [7:0] \u_reference.scale_q ;

  always_comb begin
    if (decoded_q) begin
      assert (stored_codewords == constant_codewords);
      assert (stored_significand == constant_significand && stored_exponent == constant_exponent);
    end
    if (scale_known_q) assert (\dut.scale_q == \u_reference.scale_q );
    if (decoded_q) assert (scale_known_q);
  end

  for (genvar i = 0; i < NC * 16; i++) begin : g_address
    always_comb begin
      if (written_q[i]) assert (stored[i*BC+:BC] == table_pkg::CODEBOOKS[i*BC+:BC]);
    end
  end

endmodule

`default_nettype wire
