// Decoder of one line: an encoded beat in, the line of stage D and the group's scale out.
//
// Purpose    makes of the elements what the multipliers take, as far as one line can: what is done here is done once per row and
//            column of the array.
// Parameters FORMAT  of baseline_pkg
//            WEIGHT  0: an activation; 1: a weight
//            LANES   scalars per beat, >= 1
// Contract   a beat is decoded in a cycle with en_i; outputs are registered: valid in the next cycle and held while
//            en_i is low.
// Ports      en_i         decodes the beat
//            first_i      first beat of a group: the scale field is looked at in that beat only
//            lane_mask_i  lanes that lie within K
//            beat_i       LSB first: LANES elements, the scale (baseline_pkg::beat_w)
//            line_o       integers: factors of pairs (bcq_convert); E2M1: for baseline_e2m1_dot; FP8: for baseline_fp8_dot
//            scale_o      VSQ: the integer; NVFP4: exponent e, significand m; MXFP4: the code; FP8: 0
`default_nettype none

module baseline_decoder #(
  parameter int FORMAT = baseline_pkg::INT6,
  parameter int WEIGHT = 0,
  parameter int LANES = 16
) (
  input  wire                                                    clk_i,
  input  wire                                                    en_i,
  input  wire                                                    first_i,
  input  wire  [LANES-1:0]                                       lane_mask_i,
  input  wire  [baseline_pkg::beat_w(FORMAT, LANES)-1:0]         beat_i,
  output wire  [baseline_pkg::line_w(FORMAT, WEIGHT, LANES)-1:0] line_o,
  output wire  [baseline_pkg::SCALE_W-1:0]                       scale_o
);

  localparam int ELEMENT_W = baseline_pkg::element_w(FORMAT);
  localparam int LINE_W = baseline_pkg::line_w(FORMAT, WEIGHT, LANES);

  // ---- elements; code 0 is a zero of every kind ----
  wire [LANES*ELEMENT_W-1:0] elements;
  wire [LINE_W-1:0] line;
  logic [LINE_W-1:0] line_q;

  for (genvar l = 0; l < LANES; l++) begin : g_mask
    assign elements[l*ELEMENT_W+:ELEMENT_W] = lane_mask_i[l] ? beat_i[l*ELEMENT_W+:ELEMENT_W] : '0;
  end

  if (baseline_pkg::is_integer(FORMAT)) begin : g_integers
    wire [bcq_pkg::ENTRIES*ELEMENT_W-1:0] no_codebook = '0;
    bcq_convert #(
      .FROM(bcq_pkg::DECODE_EDGE), .TO(bcq_pkg::DECODE_PAIRS), .WEIGHT(WEIGHT), .LANES(LANES), .LB(1), .NC(1), .BC(ELEMENT_W)
    ) u_convert (
      .codebooks_i(no_codebook), .from_i(elements), .to_o(line)
    );
  end else if (baseline_pkg::is_fp8(FORMAT)) begin : g_fp8
    for (genvar l = 0; l < LANES; l++) begin : g_lane
      wire [7:0] code = elements[l*8+:8];
      wire [4:0] sign_exponent = {code[7], bcq_pkg::e4m3_exponent(code[6:3])};
      wire [3:0] significand = bcq_pkg::e4m3_significand(code[6:0]);
      if (WEIGHT == 1) begin : g_weight
        assign line[l*baseline_pkg::FP8_WGT_W+:baseline_pkg::FP8_WGT_W] = {sign_exponent, baseline_pkg::fp8_selects(significand)};
      end else begin : g_activation
        assign line[l*baseline_pkg::FP8_ACT_W+:baseline_pkg::FP8_ACT_W] = {sign_exponent, baseline_pkg::fp8_multiples(significand)};
      end
    end
  end else if (WEIGHT == 1) begin : g_e2m1_weight
    localparam int COUNT_W = $clog2(LANES + 1);
    logic [COUNT_W-1:0] negative;
    always_comb begin
      negative = '0;
      for (int l = 0; l < LANES; l++) negative = negative + COUNT_W'(elements[l*4+3]);
    end
    for (genvar l = 0; l < LANES; l++) begin : g_lane
      assign line[l*baseline_pkg::E2M1_WGT_W+:baseline_pkg::E2M1_WGT_W] = baseline_pkg::e2m1_selects(elements[l*4+:4]);
    end
    assign line[LINE_W-1-:COUNT_W] = negative;
  end else begin : g_e2m1_activation
    for (genvar l = 0; l < LANES; l++) begin : g_lane
      assign line[l*baseline_pkg::E2M1_ACT_W+:baseline_pkg::E2M1_ACT_W] = baseline_pkg::e2m1_multiples(elements[l*4+:4]);
    end
  end

  always_ff @(posedge clk_i) begin
    if (en_i) line_q <= line;
  end
  assign line_o = line_q;

  // ---- the scale ----
  if (baseline_pkg::is_fp8(FORMAT)) begin : g_no_scale
    assign scale_o = '0;
    wire unused_first = first_i;
  end else begin : g_scale
    logic [baseline_pkg::SCALE_W-1:0] scale_q;
    always_ff @(posedge clk_i) begin
      if (en_i && first_i) scale_q <= beat_i[LANES*ELEMENT_W+:baseline_pkg::SCALE_W];
    end
    if (FORMAT == baseline_pkg::NVFP4) begin : g_e4m3
      assign scale_o = {bcq_pkg::e4m3_exponent(scale_q[6:3]), bcq_pkg::e4m3_significand(scale_q[6:0])};
      wire unused_sign = scale_q[7];
    end else begin : g_code
      assign scale_o = scale_q;
    end
  end

endmodule

`default_nettype wire
