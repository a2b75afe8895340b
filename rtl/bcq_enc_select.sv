// The codebook of each block: scores added up over its scalars, the least one wins.
//
// Parameters LANES  scalars per beat, >= 1; LANES divides LB or LB divides LANES
//            LB     scalars per block, power of two
//            NC     codebooks, power of two, 1..16
//            BC     codeword bits, 4..8
// Contract   the lower selector wins a tie.
// Latency    the last beat of a block in cycle n gives valid_o with the selectors of its blocks in cycle n+1; never stalls.
//            The selectors stay until the next cycle with valid_i.
// Ports      valid_i      a beat is added
//            last_i       it is the last of its blocks
//            scores_i     lane l and codebook c at [(l*NC + c)*SCORE_W +: SCORE_W], two's complement; 0 for lanes beyond K
//            valid_o      the selectors are those of complete blocks
//            selectors_o  block b of the beat at [b*SELECTOR_W +: SELECTOR_W]; 0 with one codebook
`default_nettype none

module bcq_enc_select #(
  parameter int LANES = 8,
  parameter int LB = 8,
  parameter int NC = 8,
  parameter int BC = 6
) (
  input  wire                                                                  clk_i,
  input  wire                                                                  rst_ni,
  input  wire                                                                  valid_i,
  input  wire                                                                  last_i,
  input  wire [LANES*NC*bcq_enc_pkg::score_w(BC)-1:0]                          scores_i,
  output wire                                                                  valid_o,
  output wire [bcq_pkg::beat_selectors(LANES, LB)*bcq_pkg::selector_w(NC)-1:0] selectors_o
);

  localparam int SCORE_W = bcq_enc_pkg::score_w(BC);
  localparam int SUM_W = SCORE_W + $clog2(LB);
  localparam int BLOCKS = bcq_pkg::beat_selectors(LANES, LB);
  localparam int BLOCK_LANES = LANES / BLOCKS;
  localparam int SELECTOR_W = bcq_pkg::selector_w(NC);

  logic valid_q, first_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      valid_q <= 1'b0;
      first_q <= 1'b1;
    end else begin
      valid_q <= valid_i && last_i;
      if (valid_i) first_q <= last_i;
    end
  end

  for (genvar b = 0; b < BLOCKS; b++) begin : g_block
    logic [NC*SUM_W-1:0] sums_q;

    for (genvar c = 0; c < NC; c++) begin : g_codebook
      wire signed [SUM_W-1:0] so_far = (first_q || LANES >= LB) ? '0 : $signed(sums_q[c*SUM_W+:SUM_W]);
      logic signed [SUM_W-1:0] sum;
      logic signed [SCORE_W-1:0] score;
      always_comb begin
        sum   = so_far;
        score = '0;
        for (int l = 0; l < BLOCK_LANES; l++) begin
          score = $signed(scores_i[((b*BLOCK_LANES+l)*NC+c)*SCORE_W+:SCORE_W]);
          sum   = sum + SUM_W'(score);
        end
      end
      always_ff @(posedge clk_i) begin
        if (valid_i) sums_q[c*SUM_W+:SUM_W] <= sum;
      end
    end

    // A knockout: node i is the lesser of nodes 2i+1 and 2i+2, the codebooks in order are its leaves, node 0 has won.
    logic [(2*NC-1)*SUM_W-1:0] least;
    logic [(2*NC-1)*SELECTOR_W-1:0] winner;
    logic right;
    always_comb begin
      least  = '0;
      winner = '0;
      right  = 1'b0;
      for (int c = 0; c < NC; c++) begin
        least[(NC-1+c)*SUM_W+:SUM_W]            = sums_q[c*SUM_W+:SUM_W];
        winner[(NC-1+c)*SELECTOR_W+:SELECTOR_W] = SELECTOR_W'(c);
      end
      for (int i = NC - 2; i >= 0; i--) begin
        right = $signed(least[(2*i+2)*SUM_W+:SUM_W]) < $signed(least[(2*i+1)*SUM_W+:SUM_W]);
        least[i*SUM_W+:SUM_W] = right ? least[(2*i+2)*SUM_W+:SUM_W] : least[(2*i+1)*SUM_W+:SUM_W];
        winner[i*SELECTOR_W+:SELECTOR_W] =
            right ? winner[(2*i+2)*SELECTOR_W+:SELECTOR_W] : winner[(2*i+1)*SELECTOR_W+:SELECTOR_W];
      end
    end
    assign selectors_o[b*SELECTOR_W+:SELECTOR_W] = winner[SELECTOR_W-1:0];

    wire unused_least = ^least[SUM_W-1:0];
  end

  assign valid_o = valid_q;

endmodule

`default_nettype wire
