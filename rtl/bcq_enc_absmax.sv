// The largest magnitude of a block array.
//
// Purpose    magnitudes of IEEE 754 numbers compare like integers, subnormals included: a tree over the lanes of a beat, then
//            a running maximum over the beats.
// Parameters LANES      scalars per beat, >= 1
//            PRECISION  significand bits, hidden bit included: 24 (binary32) or 8 (bfloat16)
// Latency    the last beat of an array (valid_i, last_i) in cycle n gives valid_o with the maximum in cycle n+2; never stalls.
// Ports      valid_i    a beat is there
//            last_i     it is the last of its block array
//            scalars_i  lane l at [l*SCALAR_W +: SCALAR_W], finite
//            valid_o    a block array is complete
//            max_o      exponent field and fraction of its largest magnitude
`default_nettype none

module bcq_enc_absmax #(
  parameter int LANES = 8,
  parameter int PRECISION = 24
) (
  input  wire                                              clk_i,
  input  wire                                              rst_ni,
  input  wire                                              valid_i,
  input  wire                                              last_i,
  input  wire [LANES*bcq_enc_pkg::scalar_w(PRECISION)-1:0] scalars_i,
  output wire                                              valid_o,
  output wire [bcq_enc_pkg::scalar_w(PRECISION)-2:0]       max_o
);

  localparam int W = bcq_enc_pkg::scalar_w(PRECISION);
  localparam int M = W - 1;

  // A heap: node i is the larger of nodes 2i+1 and 2i+2, the lanes are its leaves, node 0 is the root.
  logic [(2*LANES-1)*M-1:0] node;
  always_comb begin
    node = '0;
    for (int l = 0; l < LANES; l++) node[(LANES-1+l)*M+:M] = scalars_i[l*W+:M];
    for (int i = LANES - 2; i >= 0; i--) begin
      node[i*M+:M] = (node[(2*i+1)*M+:M] > node[(2*i+2)*M+:M]) ? node[(2*i+1)*M+:M] : node[(2*i+2)*M+:M];
    end
  end

  logic beat_valid_q, beat_last_q, valid_q;
  logic [M-1:0] beat_max_q, running_q, max_q;
  wire [M-1:0] running = (beat_max_q > running_q) ? beat_max_q : running_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      beat_valid_q <= 1'b0;
      valid_q      <= 1'b0;
      running_q    <= '0;
    end else begin
      beat_valid_q <= valid_i;
      valid_q      <= beat_valid_q && beat_last_q;
      if (beat_valid_q) running_q <= beat_last_q ? '0 : running;
    end
  end

  always_ff @(posedge clk_i) begin
    beat_last_q <= last_i;
    beat_max_q  <= node[M-1:0];
    max_q       <= running;
  end

  assign valid_o = valid_q;
  assign max_o   = max_q;

  wire unused_signs = ^scalars_i;

endmodule

`default_nettype wire
