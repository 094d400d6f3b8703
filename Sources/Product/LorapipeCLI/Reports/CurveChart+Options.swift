extension CurveChart {
  static let smoothingOption = Option<Double>(
    "smoothing", nil, "WEIGHT", .number(0...0.999),
    help: "Smooth drawn curves with this weight, as TensorBoard does (default 0.6; 0 does not).")

  /// The weight that a command draws with.
  static func smoothing(_ invocation: Invocation) -> Double { invocation[smoothingOption] ?? 0.6 }
}
