/// The candidate a mistyped name most likely stands for, or `nil` when none is near.
///
/// Near means an optimal string alignment distance (Damerau–Levenshtein without overlapping edits) of at most a third
/// of the longer name; case and the choice between `-`, `_` and a space cost nothing. The first of equally near
/// candidates wins. Work is bounded: names longer than 64 characters match only when equal.
public func didYouMean(_ name: String, among candidates: some Sequence<String>) -> String? {
  let wanted = foldedName(name)
  var alignment = Alignment()
  var best: (candidate: String, distance: Int)?
  for candidate in candidates where candidate != name {
    // A scalar has one to four bytes, so lengths far apart are seen without looking.
    let bytes = candidate.utf8.count
    guard bytes >= wanted.count - wanted.count / 3 - 1, bytes <= 4 * (wanted.count + wanted.count / 2 + 1) else {
      continue
    }
    let folded = foldedName(candidate)
    let longest = max(wanted.count, folded.count)
    let limit = min(max(1, longest / 3), (best?.distance ?? Int.max) - 1)
    guard limit >= 0, longest > 1 || wanted == folded else { continue }
    if let distance = alignment.distance(wanted, folded, limit: limit) { best = (candidate, distance) }
    if best?.distance == 0 { break }
  }
  return best?.candidate
}

/// The scalars of a name in lower case, every separator as `_`.
private func foldedName(_ name: String) -> [UInt32] {
  var folded: [UInt32] = []
  folded.reserveCapacity(name.utf8.count)
  for scalar in name.unicodeScalars {
    switch scalar.value {
    case 0x2D, 0x20: folded.append(0x5F)
    case 0x41...0x5A: folded.append(scalar.value + 0x20)
    case 0..<0x80: folded.append(scalar.value)
    default: folded.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars.map(\.value))
    }
  }
  return folded
}

/// The optimal string alignment distance with its rows kept between calls.
private struct Alignment {
  private var beforePrevious: [Int] = []
  private var previous: [Int] = []
  private var current: [Int] = []

  /// `nil` when the distance is above `limit`.
  mutating func distance(_ left: [UInt32], _ right: [UInt32], limit: Int) -> Int? {
    if left == right { return 0 }
    guard abs(left.count - right.count) <= limit, max(left.count, right.count) <= 64 else { return nil }
    previous = Array(0...right.count)
    current = previous
    beforePrevious = previous
    for row in 0..<left.count {
      current[0] = row + 1
      var least = row + 1
      for column in 0..<right.count {
        let cost = left[row] == right[column] ? 0 : 1
        var distance = min(previous[column + 1] + 1, current[column] + 1, previous[column] + cost)
        if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
          distance = min(distance, beforePrevious[column - 1] + 1)
        }
        current[column + 1] = distance
        least = min(least, distance)
      }
      // A transposition reaches back two rows, so one row past the limit does not decide it alone.
      if least > limit + 1 { return nil }
      swap(&beforePrevious, &previous)
      swap(&previous, &current)
    }
    return previous[right.count] <= limit ? previous[right.count] : nil
  }
}
