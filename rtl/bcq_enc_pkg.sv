// Constants and widths of the on-line encoder. docs/numerics.md sections 2 and 3 are the specification; F = 4 fraction bits.
`default_nettype none

package bcq_enc_pkg;

  localparam int EXPONENT_W = 10;    // signed sums of exponents
  localparam int RECIPROCAL_W = 24;  // R_m modulo 2^24: 0 stands for 2^24
  localparam int RECIPROCALS = 8;    // m = 8..15

  // A scalar with a significand of `precision` bits, hidden bit included: 24 for binary32, 8 for bfloat16.
  function automatic int scalar_w(input int precision);
    scalar_w = precision + 8;
  endfunction

  // Normalised scalar V, |V| < 2^(BC+F), two's complement.
  function automatic int v_w(input int bc);
    v_w = bc + 5;
  endfunction

  // Threshold between two neighbouring codewords: their sum, two's complement.
  function automatic int threshold_w(input int bc);
    threshold_w = bc + 1;
  endfunction

  // c * (8c - V) for a codeword c, two's complement: within +-5 * 2^(2 BC + 1).
  function automatic int score_w(input int bc);
    score_w = 2 * bc + 5;
  endfunction

  // Significand of Q*g, its MSB set.
  function automatic int divisor_w(input int bc);
    divisor_w = bc + 23;
  endfunction

endpackage

`default_nettype wire
