// The codebooks of one operand, in registers that are written through a port.
//
// Purpose    one store per operand, read in parallel by all decoders of that edge.
// Parameters NC  codebooks, power of two, 1..16
//            BC  codeword bits, 4..8
// Contract   a write takes effect in the next cycle; write only while no beat is in flight. Nothing is reset: every entry
//            that a selector can name is written before the first beat.
// Ports      write_i      writes one codeword
//            addr_i       16*c + i
//            codeword_i   two's complement
//            codebooks_o  codeword i of codebook c at [(c*16 + i)*BC +: BC]
`default_nettype none

module bcq_codebooks #(
  parameter int NC = 8,
  parameter int BC = 6
) (
  input  wire                                  clk_i,
  input  wire                                  write_i,
  input  wire  [$clog2(NC*bcq_pkg::ENTRIES)-1:0] addr_i,
  input  wire  [BC-1:0]                        codeword_i,
  output wire  [NC*bcq_pkg::ENTRIES*BC-1:0]    codebooks_o
);

  logic [NC*bcq_pkg::ENTRIES*BC-1:0] codebooks_q;

  always_ff @(posedge clk_i) begin
    if (write_i) codebooks_q[addr_i*BC+:BC] <= codeword_i;
  end

  assign codebooks_o = codebooks_q;

endmodule

`default_nettype wire
