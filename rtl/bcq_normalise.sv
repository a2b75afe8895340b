// Shifts a number's leading one to the MSB and counts the zeros above it, combinational.
//
// Purpose   step s moves the number up by 2^s if its top 2^s bits are 0: count and shift in one.
// Parameter W  bits, >= 2
// Ports     value_i, normalised_o  unsigned; 0 stays 0
//           zeros_o  0..W-1, zeros above the leading one; means nothing where value_i is 0
`default_nettype none

module bcq_normalise #(
  parameter int W = 24
) (
  input  wire [W-1:0]         value_i,
  output wire [W-1:0]         normalised_o,
  output wire [$clog2(W)-1:0] zeros_o
);

  localparam int STEPS = $clog2(W);

  for (genvar s = STEPS - 1; s >= 0; s--) begin : g_step
    wire [W-1:0] in;
    if (s == STEPS - 1) begin : g_first
      assign in = value_i;
    end else begin : g_next
      assign in = g_step[s+1].out;
    end
    wire empty = in[W-1-:2**s] == '0;
    wire [W-1:0] out = empty ? in << 2 ** s : in;
    assign zeros_o[s] = empty;
  end

  assign normalised_o = g_step[0].out;

endmodule

`default_nettype wire
