/// Elements of many owners, handed out one owner after another, so that one who asks a hundred times does not hold up
/// one who asks once.
struct FairQueue<Element> {
  private var lines: [String: [Element]] = [:]
  private var order: [String] = []
  private(set) var count = 0

  mutating func append(_ element: Element, owner: String) {
    if lines[owner, default: []].isEmpty { order.append(owner) }
    lines[owner, default: []].append(element)
    count += 1
  }

  /// The next owner's first.
  mutating func next() -> Element? {
    guard !order.isEmpty else { return nil }
    let owner = order.removeFirst()
    guard var line = lines[owner], !line.isEmpty else { return nil }
    let element = line.removeFirst()
    lines[owner] = line.isEmpty ? nil : line
    if !line.isEmpty { order.append(owner) }
    count -= 1
    return element
  }

  /// Takes out what `matches`.
  mutating func remove(where matches: (Element) -> Bool) {
    for (owner, line) in lines {
      let kept = line.filter { !matches($0) }
      count -= line.count - kept.count
      lines[owner] = kept.isEmpty ? nil : kept
      if kept.isEmpty { order.removeAll { $0 == owner } }
    }
  }
}
