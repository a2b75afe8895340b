// The E4M3 functions of bcq_pkg give the value of every code: significand * 2^(exponent - 9).
//
// The reference is a table that tables.py computes with fractions from the OCP definition, (-1)^s * 2^(E-7) * 1.F
// or 2^-6 * 0.F. NaN codes count as the number that their bits spell, 480, which is what docs/numerics.md section 5
// bounds.
`default_nettype none

module e4m3 (
  input wire [6:0] magnitude_i
);

  wire [3:0] significand = bcq_pkg::e4m3_significand(magnitude_i);
  wire [3:0] exponent = bcq_pkg::e4m3_exponent(magnitude_i[6:3]);

  always_comb begin
    assert ((18'(significand) << exponent) == table_pkg::e4m3_value(magnitude_i));  // counted in 2^-9
    // What the widths of numerics.md section 5 rest on: m * 2^e < 2^18, with e <= 14.
    assert (exponent <= 4'd14);
  end

endmodule

`default_nettype wire
