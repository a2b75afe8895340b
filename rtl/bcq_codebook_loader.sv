// Takes codebooks from a stream and writes them into the array.
//
// Parameters NC      codebooks per operand, power of two, 1..16
//            BC      codeword bits, 4..8
//            FROZEN  1: the array's codebooks are constants: nothing is taken, loaded_o is high
// Contract   a set is 2*16*NC beats: the activations' codebooks, then the weights', codeword i of codebook c in beat 16*c + i
//            of its operand; last_i belongs to the last beat of the set, and to no other. A beat is taken in every cycle
//            with open_i and written into the array in that same cycle. loaded_o is low from the first beat of a set
//            on and rises after the last, if all were legal. After a wrong length or a wrong codeword the rest of the set, up to
//            last_i, is taken and dropped.
// Ports      open_i            codewords may be taken
//            valid_i, ready_o  handshake of the stream
//            codeword_i        two's complement, 8 bits, -(2^(BC-1)-1)..2^(BC-1)-1
//            last_i            the set's last codeword
//            loaded_o          the array holds a complete, legal set
//            codeword_error_o  one cycle: a codeword out of range
//            length_error_o    one cycle: last_i early or late
//            cb_*              codebook port of bcq_array
`default_nettype none

module bcq_codebook_loader #(
  parameter int NC = 8,
  parameter int BC = 6,
  parameter bit FROZEN = 1'b0
) (
  input  wire                                    clk_i,
  input  wire                                    rst_ni,
  input  wire                                    open_i,
  input  wire                                    valid_i,
  output wire                                    ready_o,
  input  wire  [7:0]                             codeword_i,
  input  wire                                    last_i,
  output wire                                    loaded_o,
  output wire                                    codeword_error_o,
  output wire                                    length_error_o,
  output wire                                    cb_write_o,
  output wire                                    cb_operand_o,
  output wire  [$clog2(NC*bcq_pkg::ENTRIES)-1:0] cb_addr_o,
  output wire  [BC-1:0]                          cb_codeword_o
);

  localparam int ADDR_W = $clog2(NC * bcq_pkg::ENTRIES);

  if (FROZEN) begin : g_frozen
    assign ready_o          = 1'b0;
    assign loaded_o         = 1'b1;
    assign codeword_error_o = 1'b0;
    assign length_error_o   = 1'b0;
    assign cb_write_o       = 1'b0;
    assign cb_operand_o     = 1'b0;
    assign cb_addr_o        = '0;
    assign cb_codeword_o    = '0;
    wire unused_stream = ^{clk_i, rst_ni, open_i, valid_i, codeword_i, last_i};
  end else begin : g_programmable
    logic [ADDR_W:0] count_q;  // codewords of the set so far; the top bit is the operand
    logic loaded_q, drop_q;

    wire taken = valid_i && open_i;
    wire set_last = count_q == '1;
    // In range: the bits above the sign repeat it, and it is not the most negative number.
    wire extended = codeword_i[7:BC-1] == '0 || codeword_i[7:BC-1] == '1;
    wire legal = extended && codeword_i[BC-1:0] != {1'b1, {(BC - 1) {1'b0}}};
    wire good = legal && last_i == set_last;

    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) begin
        count_q  <= '0;
        loaded_q <= 1'b0;
        drop_q   <= 1'b0;
      end else if (taken) begin
        count_q  <= last_i ? '0 : count_q + (ADDR_W + 1)'(1);
        loaded_q <= last_i && good && !drop_q;
        drop_q   <= !last_i && (drop_q || !good);
      end
    end

    assign ready_o          = open_i;
    assign loaded_o         = loaded_q && !taken;
    assign codeword_error_o = taken && !drop_q && !legal;
    assign length_error_o   = taken && !drop_q && last_i != set_last;
    assign cb_write_o       = taken && !drop_q && good;
    assign cb_operand_o     = count_q[ADDR_W];
    assign cb_addr_o        = count_q[ADDR_W-1:0];
    assign cb_codeword_o    = codeword_i[BC-1:0];
  end

endmodule

`default_nettype wire
