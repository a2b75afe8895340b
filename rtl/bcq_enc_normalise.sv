// A lane's normaliser: a floating-point scalar to fixed point with F = 4 fraction bits.
//
// Purpose    V = sign * min(floor(X * R * 2^-shift + 1/2), 2^(BC+4) - 1): one multiplication, one shift, one rounding. What
//            follows wants -V, which costs no more.
// Parameters PRECISION  significand bits, hidden bit included: 24 (binary32) or 8 (bfloat16)
//            BC         codeword bits, 4..8
// Latency    two cycles with en_i; everything holds while en_i is low.
// Ports      en_i          the pipeline moves
//            scalar_i      IEEE 754, finite
//            reciprocal_i, triple_i, shift_i  as bcq_enc_reciprocal makes them
//            minus_v_o     two's complement, -V; V = x / (g*s) * 2^4
`default_nettype none

module bcq_enc_normalise #(
  parameter int PRECISION = 24,
  parameter int BC = 6
) (
  input  wire                                        clk_i,
  input  wire                                        en_i,
  input  wire [bcq_enc_pkg::scalar_w(PRECISION)-1:0] scalar_i,
  input  wire [bcq_enc_pkg::RECIPROCAL_W-1:0]        reciprocal_i,
  input  wire [bcq_enc_pkg::RECIPROCAL_W+1:0]        triple_i,
  input  wire signed [bcq_enc_pkg::EXPONENT_W-1:0]   shift_i,
  output wire [bcq_enc_pkg::v_w(BC)-1:0]             minus_v_o
);

  localparam int PRODUCT_W = PRECISION + bcq_enc_pkg::RECIPROCAL_W;
  localparam int E_W = bcq_enc_pkg::EXPONENT_W;
  localparam int V_W = bcq_enc_pkg::v_w(BC);
  localparam int MAGNITUDE_W = V_W - 1;
  localparam int SHIFT_W = 6;

  // ---- multiply ----
  wire [7:0] field = scalar_i[PRECISION-1+:8];
  wire normal = field != 8'd0;
  wire [7:0] exponent = normal ? field : 8'd1;  // a subnormal has that of the smallest normal
  wire [PRECISION-1:0] significand = {normal, scalar_i[PRECISION-2:0]};
  wire [PRODUCT_W-1:0] product;

  bcq_enc_multiply #(.A_W(PRECISION), .B_W(bcq_enc_pkg::RECIPROCAL_W), .P_W(PRODUCT_W)) u_multiply (
    .a_i(significand), .b_i(reciprocal_i), .triple_i, .product_o(product)
  );

  // One bit less than V needs is shifted out, for rounding. A negative shift is far beyond saturation, one of PRODUCT_W or
  // more leaves nothing.
  wire signed [E_W-1:0] shift =
      shift_i - $signed(E_W'(exponent)) - $signed(E_W'(24 - PRECISION)) - $signed(E_W'(1));
  wire too_far = shift > $signed(E_W'(PRODUCT_W));

  logic sign_q, saturated_q;
  logic [PRODUCT_W-1:0] product_q;
  logic [SHIFT_W-1:0] shift_q;

  always_ff @(posedge clk_i) begin
    if (en_i) begin
      sign_q      <= scalar_i[PRECISION+7];
      product_q   <= product;
      shift_q     <= too_far ? SHIFT_W'(PRODUCT_W) : shift[SHIFT_W-1:0];
      saturated_q <= shift < 0 && significand != '0;
    end
  end

  // ---- shift, round, saturate ----
  wire [PRODUCT_W-1:0] shifted = product_q >> shift_q;
  wire [MAGNITUDE_W:0] rounded = {1'b0, shifted[MAGNITUDE_W:1]} + (MAGNITUDE_W + 1)'(shifted[0]);
  wire saturated = saturated_q || |shifted[PRODUCT_W-1:MAGNITUDE_W+1] || rounded[MAGNITUDE_W];
  wire [V_W-1:0] magnitude = {1'b0, saturated ? {MAGNITUDE_W{1'b1}} : rounded[MAGNITUDE_W-1:0]};
  logic [V_W-1:0] minus_v_q;

  always_ff @(posedge clk_i) begin
    if (en_i) minus_v_q <= sign_q ? magnitude : -magnitude;
  end

  assign minus_v_o = minus_v_q;

endmodule

`default_nettype wire
