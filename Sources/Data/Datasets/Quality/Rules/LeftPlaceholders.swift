extension RowRule {
  /// A name between double braces is to be filled in, unless the row is about a template language.
  static let placeholders = RowRule(
    code: "placeholders", level: .warning, what: "with placeholders such as {{NAME}}", pass: "no placeholder is left",
    remedy: "Fill them with a substitute stage before training."
  ) { row in
    for part in row.parts where part.has.contains(UInt8(ascii: "{")) {
      if let left = Placeholders.leftOver(in: part.text) { return left }
    }
    return nil
  }
}
