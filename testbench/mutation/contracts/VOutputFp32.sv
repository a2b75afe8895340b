// The tensor scale is finite. Sums are what bcq_fma promises: +0 or normal, within 2^-18..2^108.
module contract (
  input wire [31:0] scale_i,
  input wire [95:0] g_fp32_third_q
);
  function normal(input [31:0] x);
    normal = x == 32'd0 || (x[30:23] >= 8'd109 && x[30:23] <= 8'd235);
  endfunction
  always @* assume (scale_i[30:23] != 8'hFF);
  always @* assume (normal(g_fp32_third_q[31:0]) && normal(g_fp32_third_q[63:32]) && normal(g_fp32_third_q[95:64]));
endmodule
