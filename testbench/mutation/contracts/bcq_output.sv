// The tensor scale is finite. Converted sums are what bcq_fixed_to_fp32 and bcq_fma promise: +0 or normal, within 2^-18..2^108.
module contract (
  input wire [31:0] scale_i,
  input wire [95:0] converted_q
);
  function normal(input [31:0] x);
    normal = x == 32'd0 || (x[30:23] >= 8'd109 && x[30:23] <= 8'd235);
  endfunction
  always @* assume (scale_i[30:23] != 8'hFF);
  always @* assume (normal(converted_q[31:0]) && normal(converted_q[63:32]) && normal(converted_q[95:64]));
endmodule
