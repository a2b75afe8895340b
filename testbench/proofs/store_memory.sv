// The codebook store is a memory: what was written last is what is read, at every address.
//
// One address is followed, any one: the solver picks it. Any sequence of writes, for ever.
`default_nettype none

module store_memory #(
  parameter int NC = 8,
  parameter int BC = 6
) (
  input wire                        clk_i,
  input wire                        write_i,
  input wire [$clog2(NC*16)-1:0]    addr_i,
  input wire [BC-1:0]               codeword_i,
  input wire [$clog2(NC*16)-1:0]    any_addr_i
);

  wire [NC*16*BC-1:0] codebooks;
  bcq_codebooks #(.NC(NC), .BC(BC)) dut (
    .clk_i, .write_i, .addr_i, .codeword_i, .codebooks_o(codebooks)
  );

  // ---- specification ----
  logic started_q = 1'b0;
  logic written_q = 1'b0;
  logic [$clog2(NC*16)-1:0] followed_q;
  logic [BC-1:0] last_q;

  always_ff @(posedge clk_i) begin
    started_q <= 1'b1;
    if (!started_q) followed_q <= any_addr_i;
    if (started_q && write_i && addr_i == followed_q) begin
      written_q <= 1'b1;
      last_q    <= codeword_i;
    end
  end

  always_comb begin
    if (written_q) assert (started_q && codebooks[followed_q*BC+:BC] == last_q);
  end

endmodule

`default_nettype wire
