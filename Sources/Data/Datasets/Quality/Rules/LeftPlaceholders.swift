extension RowRule {
  /// A name in capitals between double braces is to be filled in. In other letters it belongs to a template language that
  /// the row may be about.
  static let placeholders = RowRule(
    code: "placeholders", level: .warning, what: "with placeholders such as {{NAME}}", pass: "no placeholder is left",
    remedy: "Fill them with a substitute stage before training."
  ) { row in
    for part in row.parts where part.has.contains(UInt8(ascii: "{")) {
      if let left = Placeholders.first(in: part.text, where: Placeholders.isUpperCase) { return left }
    }
    return nil
  }
}
