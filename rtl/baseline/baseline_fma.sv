// One step of FP32 accumulation, acc + term with a single rounding (RNE), combinational.
//
// Purpose    as bcq_fma behind its first step: the term comes normalised (baseline_float).
// Parameters TERM_W  bits of a term's significand
//            WIDE    0: no sum leaves binary32. 1: E8M0 scales reach beyond it at both ends: the sum is rounded with an
//                    unlimited exponent, then a magnitude below 2^-126 becomes +0, one of 2^128 or more infinity
// Formats    acc_i       binary32: an earlier sum_o, or +0. Infinity stays
//            sign_i, exponent_i, significand_i  leading one at the MSB; the exponent is biased by 127, and by
//                        baseline_pkg::WIDE_OFFSET more where WIDE; zero has exponent 0 and significand 0
//            sum_o       binary32: normal, +0 or infinity
`default_nettype none

module baseline_fma #(
  parameter int TERM_W = 13,
  parameter int WIDE = 1
) (
  input  wire [31:0]                                acc_i,
  input  wire                                       sign_i,
  input  wire [baseline_pkg::float_exp_w(WIDE)-1:0] exponent_i,
  input  wire [TERM_W-1:0]                          significand_i,
  output wire [31:0]                                sum_o
);

  localparam int MAN_W = 24;                               // hidden bit included
  localparam int SIG_W = (TERM_W > MAN_W) ? TERM_W : MAN_W;  // holds either addend's significand whole
  localparam int SUM_W = SIG_W + 4;                        // carry, significand, two guard bits, sticky
  localparam int SHIFT_W = $clog2(SIG_W + 3);
  localparam int EXP_W = baseline_pkg::float_exp_w(WIDE);
  localparam int OFFSET = (WIDE == 1) ? baseline_pkg::WIDE_OFFSET : 0;

  wire [SIG_W-1:0] term = SIG_W'(significand_i) << (SIG_W - TERM_W);
  wire acc_nonzero = acc_i[30:23] != 8'd0;
  wire [EXP_W-1:0] acc_exponent = acc_nonzero ? EXP_W'(acc_i[30:23]) + EXP_W'(OFFSET) : '0;
  wire [SIG_W-1:0] acc = SIG_W'({acc_nonzero, acc_i[22:0]}) << (SIG_W - MAN_W);

  // ---- the smaller magnitude is aligned to the larger, so that a difference is never negative ----
  wire acc_larger = {acc_exponent, acc} >= {exponent_i, term};
  wire sign = acc_larger ? acc_i[31] : sign_i;
  wire [EXP_W-1:0] exponent = acc_larger ? acc_exponent : exponent_i;
  wire [SIG_W-1:0] larger = acc_larger ? acc : term;
  wire [SIG_W-1:0] smaller = acc_larger ? term : acc;
  wire [EXP_W-1:0] distance = exponent - (acc_larger ? exponent_i : acc_exponent);
  // From this distance on all of the smaller one falls out below.
  wire [SHIFT_W-1:0] shift = (distance >= EXP_W'(SIG_W + 2)) ? SHIFT_W'(SIG_W + 2) : SHIFT_W'(distance);
  wire [SIG_W+1:0] aligned = {smaller, 2'd0} >> shift;
  wire [SIG_W+1:0] staying = {(SIG_W + 2) {1'b1}} << shift;
  wire lost = |({smaller, 2'd0} & ~staying);

  // ---- the sum; two guard bits and a sticky bit do, because only neighbouring exponents cancel deeply ----
  wire subtract = acc_i[31] != sign_i;
  wire [SUM_W-1:0] addend = {1'b0, aligned, lost};
  wire [SUM_W-1:0] sum = {1'b0, larger, 3'd0} + (subtract ? ~addend : addend) + SUM_W'(subtract);

  // ---- normalised and rounded ----
  wire [SUM_W-1:0] normalised;
  wire [$clog2(SUM_W)-1:0] zeros;
  bcq_normalise #(.W(SUM_W)) u_sum (.value_i(sum), .normalised_o(normalised), .zeros_o(zeros));
  wire guard = normalised[SUM_W-MAN_W-1];
  wire sticky = |normalised[SUM_W-MAN_W-2:0];
  wire round_up = guard && (sticky || normalised[SUM_W-MAN_W]);
  wire [EXP_W-1:0] sum_exponent = exponent + EXP_W'(1) - EXP_W'(zeros);
  // A carry out of the fraction increments the exponent, which is just what rounding up to the next binade means.
  wire [EXP_W+22:0] rounded = {sum_exponent, normalised[SUM_W-2-:MAN_W-1]} + (EXP_W + 23)'(round_up);
  wire zero = !normalised[SUM_W-1];

  if (WIDE == 1) begin : g_wide
    wire [EXP_W-1:0] field = rounded[EXP_W+22:23] - EXP_W'(OFFSET);  // negative below 2^-127
    wire underflow = field[EXP_W-1] || field == '0;
    wire overflow = field >= EXP_W'(255);
    assign sum_o = (acc_i[30:23] == 8'hFF) ? acc_i :
                   (zero || underflow) ? '0 :
                   overflow ? {sign, 8'hFF, 23'd0} : {sign, field[7:0], rounded[22:0]};
  end else begin : g_inside
    assign sum_o = zero ? '0 : {sign, rounded};
  end

endmodule

`default_nettype wire
