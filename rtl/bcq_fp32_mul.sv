// A row of binary32 numbers times one: IEEE 754 multiplication, RNE, with subnormal results, signed zero and overflow to
// infinity, in three stages.
//
// Purpose   a stage each to multiply, to add up the product, and to align and round it: none is longer than a stage of a PE.
// Parameter COLS  numbers in the row, >= 1
// Contract  b_i is stable from the cycle before a row is taken. No operand is infinity or NaN, and none in a_i is subnormal.
// Ports     move_i     stage i takes what the one before it holds, or the row
//           a_i        number c at [c*32 +: 32], binary32, normal or zero
//           b_i        binary32, finite
//           product_o  what stage 2 holds, c at [c*32 +: 32]: binary32; infinity where the rounded product exceeds the
//                      largest finite number
`default_nettype none

module bcq_fp32_mul #(
  parameter int COLS = 16
) (
  input  wire                              clk_i,
  input  wire  [2:0]                       move_i,
  input  wire  [COLS*bcq_pkg::FP32_W-1:0]  a_i,
  input  wire  [bcq_pkg::FP32_W-1:0]       b_i,
  output logic [COLS*bcq_pkg::FP32_W-1:0]  product_o
);

  localparam int MAN_W = 24;      // hidden bit included
  localparam int HALF = 12;       // bits of b in either product
  localparam int EXP_W = 10;      // signed; covers every sum and normalisation
  localparam int MAX_SHIFT = 25;  // leaves less than half of the smallest subnormal, and so does every larger one
  localparam int WIDE_W = MAN_W + 2 + MAX_SHIFT;

  // ---- b, which is there before the row: significand with the leading one at its MSB, exponent without bias ----
  wire b_normal = b_i[30:23] != 8'd0;
  wire [MAN_W-1:0] b_normalised;
  wire [4:0] b_zeros;
  bcq_normalise #(.W(MAN_W)) u_b (.value_i({b_normal, b_i[22:0]}), .normalised_o(b_normalised), .zeros_o(b_zeros));

  logic b_sign_q;
  logic [MAN_W-1:0] b_q;
  logic signed [EXP_W-1:0] b_exponent_q;

  always_ff @(posedge clk_i) begin
    b_sign_q <= b_i[31];
    b_q      <= b_normalised;
    // A subnormal has the exponent of the smallest normal.
    b_exponent_q <= $signed(EXP_W'(b_i[30:23])) + $signed(EXP_W'(!b_normal)) - $signed(EXP_W'(127)) -
                    $signed(EXP_W'(b_zeros));
  end

  // Of a product with this exponent: whether it overflows, its exponent field, and how far it shifts right as a subnormal.
  function automatic logic [13:0] place(input logic signed [EXP_W-1:0] exponent);
    logic signed [EXP_W-1:0] deficit;
    deficit = $signed(EXP_W'(1)) - exponent;
    if (deficit <= $signed(EXP_W'(0))) place = {exponent > $signed(EXP_W'(254)), exponent[7:0], 5'd0};
    else place = {1'b0, 8'd0, (deficit > $signed(EXP_W'(MAX_SHIFT))) ? 5'(MAX_SHIFT) : deficit[4:0]};
  endfunction

  for (genvar c = 0; c < COLS; c++) begin : g_col
    wire [bcq_pkg::FP32_W-1:0] a = a_i[c*bcq_pkg::FP32_W+:bcq_pkg::FP32_W];
    wire [MAN_W-1:0] a_significand = {a[30:23] != 8'd0, a[22:0]};

    // ---- stage 0: both halves of the product, and its exponent where it is below 2 ----
    logic sign_q;
    logic [MAN_W+HALF-1:0] low_q, high_q;
    logic signed [EXP_W-1:0] exponent_q;

    // ---- stage 1: the product, leading one at the MSB, as far as rounding looks at it ----
    wire [2*MAN_W-1:0] product = {high_q, HALF'(0)} + (2*MAN_W)'(low_q);
    wire two = product[2*MAN_W-1];

    logic product_sign_q, overflow_q;
    logic [MAN_W+1:0] product_q;  // significand, guard, sticky; the MSB is 0 where the product is
    logic [7:0] field_q;
    logic [4:0] shift_q;

    // ---- stage 2: a subnormal shifts right by what it lacks ----
    wire [WIDE_W-1:0] aligned = {product_q, MAX_SHIFT'(0)} >> shift_q;
    wire guard = aligned[WIDE_W-MAN_W-1];
    wire sticky = |aligned[WIDE_W-MAN_W-2:0];
    wire round_up = guard && (sticky || aligned[WIDE_W-MAN_W]);
    // A carry out of the largest finite number gives the bits of infinity by itself.
    wire [30:0] rounded = {field_q, aligned[WIDE_W-2-:MAN_W-1]} + 31'(round_up);

    always_ff @(posedge clk_i) begin
      if (move_i[0]) begin
        sign_q     <= a[31] ^ b_sign_q;
        low_q      <= (MAN_W+HALF)'(a_significand) * (MAN_W+HALF)'(b_q[HALF-1:0]);
        high_q     <= (MAN_W+HALF)'(a_significand) * (MAN_W+HALF)'(b_q[MAN_W-1:HALF]);
        exponent_q <= $signed(EXP_W'(a[30:23])) + b_exponent_q;
      end
      if (move_i[1]) begin
        product_sign_q <= sign_q;
        product_q      <= two ? {product[2*MAN_W-1:MAN_W-1], |product[MAN_W-2:0]}
                              : {product[2*MAN_W-2:MAN_W-2], |product[MAN_W-3:0]};
        {overflow_q, field_q, shift_q} <= two ? place(exponent_q + $signed(EXP_W'(1))) : place(exponent_q);
      end
      if (move_i[2]) begin
        product_o[c*bcq_pkg::FP32_W+:bcq_pkg::FP32_W] <=
            {product_sign_q, !product_q[MAN_W+1] ? 31'd0 : overflow_q ? {8'hFF, 23'd0} : rounded};
      end
    end

    wire unused_bit = aligned[WIDE_W-1];
  end

endmodule

`default_nettype wire
