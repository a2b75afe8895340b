// One form of an operand into another on its way from the encoded beat to the multipliers, combinational.
//
// Purpose    the forms are encoded, codewords, factors. Decoder and PE hold one of these each, before and behind the
//            register of stage D; the parameter DECODE of the array is the form in that register.
// Parameters FROM, TO   bcq_pkg::DECODE_PE: encoded; DECODE_EDGE: codewords; DECODE_PAIRS: factors. FROM <= TO
//            WEIGHT     0: an activation; 1: a weight. Only their factors differ
//            LANES      scalars per beat, >= 1
//            LB         scalars per block, power of two; LANES divides LB or LB divides LANES
//            NC         codebooks, power of two, 1..16
//            BC         codeword bits, 4..8
//            FROZEN     1: codebooks are the constants CODEBOOKS; 0: codebooks_i
//            CODEBOOKS  as codebooks_i
// Formats    encoded    LSB first: LANES indices, the selectors, a lane mask, 1 where the scale is negative
//            codewords  lane l at [l*BC +: BC], two's complement
//            factors    pair p is lanes 2p and 2p + 1 (zero beyond LANES). Activations: at [p*(3*BC+1) +: 3*BC+1], LSB first,
//                       both codewords and their sum, two's complement. Weights: bit i at [(p*BC + i)*3 +: 3], LSB
//                       first: only the even lane has the bit, only the odd one, both have it
// Ports      codebooks_i  codeword i of codebook c at [(c*16 + i)*BC +: BC], two's complement; read where FROM is encoded, unless FROZEN
//            from_i       the operand in the form FROM
//            to_o         the operand in the form TO
`default_nettype none

module bcq_convert #(
  parameter int FROM = bcq_pkg::DECODE_PE,
  parameter int TO = bcq_pkg::DECODE_PAIRS,
  parameter int WEIGHT = 0,
  parameter int LANES = 16,
  parameter int LB = 8,
  parameter int NC = 8,
  parameter int BC = 6,
  parameter bit FROZEN = 1'b0,
  parameter logic [NC*bcq_pkg::ENTRIES*BC-1:0] CODEBOOKS = '0
) (
  input  wire  [NC*bcq_pkg::ENTRIES*BC-1:0]                          codebooks_i,
  input  wire  [bcq_pkg::line_w(FROM, WEIGHT, LANES, LB, NC, BC)-1:0] from_i,
  output wire  [bcq_pkg::line_w(TO, WEIGHT, LANES, LB, NC, BC)-1:0]   to_o
);

  localparam int FIELDS_W = bcq_pkg::beat_w(LANES, LB, NC) - bcq_pkg::SCALE_W;
  localparam int PAIRS = bcq_pkg::pairs(LANES);

  if (FROM == TO) begin : g_same
    assign to_o = from_i;
    wire unused_codebooks = ^codebooks_i;
  end else begin : g_convert
    wire [LANES*BC-1:0] codewords;

    if (FROM == bcq_pkg::DECODE_PE) begin : g_look_up
      bcq_lookup #(
        .LANES(LANES), .LB(LB), .NC(NC), .BC(BC), .FROZEN(FROZEN), .CODEBOOKS(CODEBOOKS)
      ) u_lookup (
        .fields_i(from_i[FIELDS_W-1:0]), .lane_mask_i(from_i[FIELDS_W+:LANES]), .negative_i(from_i[FIELDS_W+LANES]),
        .codebooks_i, .codewords_o(codewords)
      );
    end else begin : g_looked_up
      assign codewords = from_i;
      wire unused_codebooks = ^codebooks_i;
    end

    if (TO == bcq_pkg::DECODE_EDGE) begin : g_codewords
      assign to_o = codewords;
    end else begin : g_pairs
      wire [2*PAIRS*BC-1:0] padded = (2*PAIRS*BC)'(codewords);
      for (genvar p = 0; p < PAIRS; p++) begin : g_pair
        wire [BC-1:0] even = padded[2*p*BC+:BC];
        wire [BC-1:0] odd = padded[(2*p+1)*BC+:BC];
        if (WEIGHT == 1) begin : g_selects
          for (genvar i = 0; i < BC; i++) begin : g_bit
            assign to_o[(p*BC+i)*3+:3] = {even[i] && odd[i], !even[i] && odd[i], even[i] && !odd[i]};
          end
        end else begin : g_sum
          wire [BC:0] sum = {even[BC-1], even} + {odd[BC-1], odd};
          assign to_o[p*(3*BC+1)+:3*BC+1] = {sum, odd, even};
        end
      end
    end
  end

endmodule

`default_nettype wire
