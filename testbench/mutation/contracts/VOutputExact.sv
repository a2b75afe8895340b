// The tensor scale is finite. Converted sums are what bcq_fixed_to_fp32 promises: +0 or normal, within 2^-18..2^108.
module contract (
  input wire [31:0] scale_i,
  input wire [31:0] g_exact_g_col_0__u_convert_fp32_o,
  input wire [31:0] g_exact_g_col_1__u_convert_fp32_o,
  input wire [31:0] g_exact_g_col_2__u_convert_fp32_o
);
  function normal(input [31:0] x);
    normal = x == 32'd0 || (x[30:23] >= 8'd109 && x[30:23] <= 8'd235);
  endfunction
  always @* assume (scale_i[30:23] != 8'hFF);
  always @* assume (normal(g_exact_g_col_0__u_convert_fp32_o));
  always @* assume (normal(g_exact_g_col_1__u_convert_fp32_o));
  always @* assume (normal(g_exact_g_col_2__u_convert_fp32_o));
endmodule
