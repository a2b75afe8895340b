// The sum so far is +0 or a normal multiple of 2^-18, as every earlier sum is; the product is not the most negative number.
module contract (
  input wire [31:0] acc_i,
  input wire [24:0] scaled_i,
  input wire [4:0]  shift_i
);
  // Fraction bits below 2^-18: 132 is the exponent of the numbers whose last place is 2^-18.
  wire [7:0] below = (acc_i[30:23] < 8'd132) ? 8'd132 - acc_i[30:23] : 8'd0;
  wire [22:0] whole = {23{1'b1}} << below;
  wire normal = acc_i[30:23] >= 8'd109 && acc_i[30:23] <= 8'd235 && (acc_i[22:0] & ~whole) == 23'd0;
  always @* assume (acc_i == 32'd0 || normal);
  always @* assume (scaled_i != 25'h1000000);
  always @* assume (shift_i <= 5'd28);
endmodule
