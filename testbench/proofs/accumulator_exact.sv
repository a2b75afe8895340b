// bcq_accumulator is exact and cannot overflow, for any tile that the contract allows.
//
// The specification is a sum in integers wider than the accumulator. A block array of `length` scalars adds
// P * m_w * m_a * 2^shift with |P| <= length * Q^2, m_w * m_a <= 225 and shift <= 28; a tile has at most K_MAX scalars
// (docs/numerics.md section 5). As there, Q^2 * 225 < 2^(2(BC-1)+8) stands for what a scalar can add, which assumes less
// and keeps multiplications out of the proof. The invariant of the induction is the bound itself: after n scalars,
// |S| < n * 2^(2(BC-1)+36). Results move to the shadow at the end of a tile and down the chain when they drain.
`default_nettype none

module accumulator_exact #(
  parameter int BC = 6,
  parameter int LA = 64,
  parameter int K_MAX = 65536,
  parameter int SCALED_W = bcq_pkg::dot_w(BC, LA) + bcq_pkg::SIG2_W,
  parameter int ACC_W = bcq_pkg::acc_w(bcq_pkg::ACCUM_EXACT, BC, K_MAX)
) (
  input wire                        clk_i,
  input wire                        rst_ni,
  input wire                        add_i,
  input wire                        last_i,
  input wire signed [SCALED_W-1:0]  scaled_i,
  input wire [4:0]                  shift_i,
  input wire [$clog2(LA+1)-1:0]     length_i,  // scalars of the block array
  input wire                        drain_i,
  input wire [ACC_W-1:0]            below_i
);

  localparam int WIDE_W = ACC_W + 3;
  localparam int N_W = $clog2(K_MAX + 1);
  localparam int LARGEST = 2 * (BC - 1) + 8;  // a scalar adds less than 2^LARGEST before the shift

  logic started_q = 1'b0;
  always_ff @(posedge clk_i) started_q <= 1'b1;
  wire rst_n = rst_ni && started_q;

  // ---- where in its tile a block array lies ----
  logic [N_W-1:0] scalars_q;  // of the tile, in earlier block arrays
  wire first = scalars_q == '0;

  wire [ACC_W-1:0] s;
  bcq_accumulator #(.ACCUM(bcq_pkg::ACCUM_EXACT), .SCALED_W(SCALED_W), .ACC_W(ACC_W)) dut (
    .clk_i, .add_i(add_i && rst_n), .first_i(first), .last_i, .scaled_i, .shift_i, .drain_i, .below_i, .s_o(s)
  );

  // ---- specification ----
  logic signed [WIDE_W-1:0] sum_q;
  logic [ACC_W-1:0] shadow_q;
  logic shadow_known_q;
  wire signed [WIDE_W-1:0] term = WIDE_W'(scaled_i) <<< shift_i;
  wire signed [WIDE_W-1:0] sum = (first ? '0 : sum_q) + term;
  wire signed [WIDE_W-1:0] bound = $signed(WIDE_W'(scalars_q) << (LARGEST + 28));
  wire signed [SCALED_W:0] array_bound = $signed((SCALED_W+1)'(length_i) << LARGEST);

  always_ff @(posedge clk_i or negedge rst_n) begin
    if (!rst_n) begin
      scalars_q      <= '0;
      shadow_known_q <= 1'b0;
    end else begin
      if (add_i) scalars_q <= last_i ? '0 : scalars_q + N_W'(length_i);
      if ((add_i && last_i) || drain_i) shadow_known_q <= 1'b1;
    end
  end

  always_ff @(posedge clk_i) begin
    if (add_i) sum_q <= sum;
    if (add_i && last_i) shadow_q <= sum[ACC_W-1:0];
    else if (drain_i) shadow_q <= below_i;
  end

  (* hierconn *) wire signed [ACC_W-1:0] \dut.acc_q ;

  always_comb begin
    // The contract.
    assume (length_i >= 1 && length_i <= LA);
    if (add_i) assume (32'(scalars_q) + 32'(length_i) <= K_MAX);
    assume (-array_bound < scaled_i && scaled_i < array_bound);
    assume (shift_i <= 5'd28);
    if (rst_n) begin
      // The sum that goes into the shadow fits.
      if (add_i) assert (sum == WIDE_W'($signed(sum[ACC_W-1:0])));
      if (shadow_known_q) assert (s == shadow_q);
      // Invariants.
      assert (32'(scalars_q) <= K_MAX);
      if (!first) assert (WIDE_W'(\dut.acc_q ) == sum_q);
      if (!first) assert (-bound < sum_q && sum_q < bound);
    end
  end

endmodule

`default_nettype wire
