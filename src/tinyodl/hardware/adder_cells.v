// One bit of an adder as the smallest cell that it takes: a constant 0 needs a half adder, and any
// other constant a few gates.
module odl_adder (a, b, c, s, co);
  input a, b, c;
  output s, co;
  parameter _TECHMAP_CONSTMSK_a_ = 0;
  parameter _TECHMAP_CONSTMSK_b_ = 0;
  parameter _TECHMAP_CONSTMSK_c_ = 0;
  parameter _TECHMAP_CONSTVAL_a_ = 0;
  parameter _TECHMAP_CONSTVAL_b_ = 0;
  parameter _TECHMAP_CONSTVAL_c_ = 0;
  localparam KNOWN = _TECHMAP_CONSTMSK_a_ + _TECHMAP_CONSTMSK_b_ + _TECHMAP_CONSTMSK_c_;
  localparam ONE = _TECHMAP_CONSTVAL_a_ === 1'b1 || _TECHMAP_CONSTVAL_b_ === 1'b1 ||
      _TECHMAP_CONSTVAL_c_ === 1'b1;
  generate
    if (KNOWN == 0) begin
      `FULL cell_ (.A(a), .B(b), .CI(c), .S(s), .CO(co));
    end else if (KNOWN == 1 && !ONE) begin
      wire x = _TECHMAP_CONSTMSK_a_ ? b : a;
      wire y = _TECHMAP_CONSTMSK_c_ ? b : c;
      `HALF cell_ (.A(x), .B(y), .S(s), .CO(co));
    end else begin
      assign s = a ^ b ^ c;
      assign co = (a & b) | (c & (a | b));
    end
  endgenerate
endmodule
