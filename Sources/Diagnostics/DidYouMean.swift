/// The candidate a mistyped name most likely stands for, or `nil` when none is near.
///
/// Near means an optimal string alignment distance (Damerau–Levenshtein without overlapping edits) of at most a third
/// of the longer name; case and the choice between `-`, `_` and a space cost nothing. The first of equally near
/// candidates wins. Work is bounded: names longer than 64 characters match only when equal.
public func didYouMean(_ name: String, among candidates: some Sequence<String>) -> String? {
  let wanted = foldedName(name)
  var best: (candidate: String, distance: Int)?
  for candidate in candidates where candidate != name {
    let folded = foldedName(candidate)
    let longest = max(wanted.count, folded.count)
    let limit = min(max(1, longest / 3), (best?.distance ?? Int.max) - 1)
    guard limit >= 0, longest > 1 || wanted == folded else { continue }
    if let distance = alignmentDistance(wanted, folded, limit: limit) { best = (candidate, distance) }
    if best?.distance == 0 { break }
  }
  return best?.candidate
}

private func foldedName(_ name: String) -> [Unicode.Scalar] {
  name.lowercased().unicodeScalars.map { $0 == "-" || $0 == " " ? "_" : $0 }
}

/// The optimal string alignment distance, or `nil` when it is above `limit`.
private func alignmentDistance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar], limit: Int) -> Int? {
  if left == right { return 0 }
  guard abs(left.count - right.count) <= limit, max(left.count, right.count) <= 64 else { return nil }
  var beforePrevious: [Int] = []
  var previous = Array(0...right.count)
  for row in 1...max(left.count, 1) where row <= left.count {
    var current = [row]
    current.reserveCapacity(right.count + 1)
    for column in 1...max(right.count, 1) where column <= right.count {
      let cost = left[row - 1] == right[column - 1] ? 0 : 1
      var distance = min(previous[column] + 1, current[column - 1] + 1, previous[column - 1] + cost)
      if row > 1, column > 1, left[row - 1] == right[column - 2], left[row - 2] == right[column - 1] {
        distance = min(distance, beforePrevious[column - 2] + 1)
      }
      current.append(distance)
    }
    beforePrevious = previous
    previous = current
  }
  let distance = previous[right.count]
  return distance <= limit ? distance : nil
}
