extension Collection<String> {
  /// The names as one line that stays readable: `a, b, c`, and of many the first and how many more there are.
  public func listed(_ limit: Int = 12) -> String {
    guard count > limit else { return joined(separator: ", ") }
    // In no language: the list goes into sentences of any.
    return prefix(limit).joined(separator: ", ") + ", … (+\(count - limit))"
  }
}
