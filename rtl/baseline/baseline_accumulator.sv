// The accumulator of a PE and its shadow, where bcq_accumulator's shift is not needed, or not enough.
//
// Parameters FORMAT  of baseline_pkg, without NVFP4. VSQ, FP8_EXACT: fixed point; MXFP4, FP8_FP32: binary32
//            TERM_W  bits of a term
//            ACC_W   bits of S (baseline_pkg::acc_w)
// Contract   VSQ, MXFP4: load_i comes with the add_i of a tile's last term, and the sum goes straight into the shadow. FP8: it
//            comes in the cycle after. load_i wins over drain_i, which is safe only when the shadow's own row has just been taken
//            (bcq_drain sees to it).
// Ports      add_i    adds a term to S
//            first_i  with add_i: the term is the tile's first, S starts from 0
//            load_i   S is complete: into the shadow
//            term_i   two's complement integer; binary32: sign, exponent, significand (baseline_float)
//            drain_i  the shadow takes over the shadow of the row below
//            below_i, s_o  shadow of the row below, and the own one: two's complement with the LSB of a term; or binary32
`default_nettype none

module baseline_accumulator #(
  parameter int FORMAT = baseline_pkg::INT6,
  parameter int TERM_W = 31,
  parameter int ACC_W = 43
) (
  input  wire              clk_i,
  input  wire              add_i,
  input  wire              first_i,
  input  wire              load_i,
  input  wire [TERM_W-1:0] term_i,
  input  wire              drain_i,
  input  wire [ACC_W-1:0]  below_i,
  output wire [ACC_W-1:0]  s_o
);

  logic [ACC_W-1:0] acc_q, shadow_q;
  wire [ACC_W-1:0] previous = first_i ? '0 : acc_q;
  wire [ACC_W-1:0] acc;

  if (baseline_pkg::is_float(FORMAT)) begin : g_float
    localparam int WIDE = baseline_pkg::is_fp8(FORMAT) ? 0 : 1;
    localparam int EXP_W = baseline_pkg::float_exp_w(WIDE);
    localparam int SIG_W = TERM_W - EXP_W - 1;
    baseline_fma #(.TERM_W(SIG_W), .WIDE(WIDE)) u_fma (
      .acc_i(previous), .sign_i(term_i[TERM_W-1]), .exponent_i(term_i[SIG_W+:EXP_W]), .significand_i(term_i[SIG_W-1:0]),
      .sum_o(acc)
    );
  end else begin : g_fixed
    assign acc = previous + ACC_W'($signed(term_i));
  end

  if (baseline_pkg::is_fp8(FORMAT)) begin : g_after
    always_ff @(posedge clk_i) begin
      if (add_i) acc_q <= acc;
      if (load_i) shadow_q <= acc_q;
      else if (drain_i) shadow_q <= below_i;
    end
  end else begin : g_with
    always_ff @(posedge clk_i) begin
      if (add_i && !load_i) acc_q <= acc;
      if (load_i) shadow_q <= acc;
      else if (drain_i) shadow_q <= below_i;
    end
  end

  assign s_o = shadow_q;

endmodule

`default_nettype wire
