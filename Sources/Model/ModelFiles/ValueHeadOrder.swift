/// The order of value heads in the GGUF files of gated delta nets.
///
/// With r value heads to a key head, transformers keeps those of one key head together: value head `k·r + j` reads key
/// head k. llama.cpp repeats the key heads as a whole, so in its files value head `j·K + k` reads key head k, of K.
public struct ValueHeadOrder: Sendable, Hashable {
  var keyHeadCount: Int
  var valueHeadCount: Int
  /// Elements of the axis before the first value head: queries and keys.
  var first: Int
  /// Elements of a head.
  var width: Int

  private var ratio: Int { valueHeadCount / keyHeadCount }

  /// Where the canonical head `head` lies among the heads of the file.
  public func fileHead(canonical head: Int) -> Int { head % ratio * keyHeadCount + head / ratio }

  private func canonicalHead(file head: Int) -> Int { head % keyHeadCount * ratio + head / keyHeadCount }

  /// Where the canonical element `index` lies in the file.
  func fileIndex(canonical index: Int) -> Int {
    guard index >= first else { return index }
    let (head, inside) = (index - first).quotientAndRemainder(dividingBy: width)
    return first + fileHead(canonical: head) * width + inside
  }

  /// Which canonical element lies at `index` in the file.
  func canonicalIndex(file index: Int) -> Int {
    guard index >= first else { return index }
    let (head, inside) = (index - first).quotientAndRemainder(dividingBy: width)
    return first + canonicalHead(file: head) * width + inside
  }

  /// The canonical elements in the file's order, in runs that lie together in both.
  var canonicalRuns: [Range<Int>] {
    var runs = first > 0 ? [0..<first] : []
    for head in 0..<valueHeadCount {
      let start = first + canonicalHead(file: head) * width
      runs.append(start..<start + width)
    }
    return runs
  }

  /// Brings the elements of a row from the file's order into the canonical one.
  func toCanonical(_ row: UnsafeMutableBufferPointer<Float>) {
    let stored = Array(row)
    for index in row.indices { row[index] = stored[fileIndex(canonical: index)] }
  }

  /// Brings the elements of a row from the canonical order into the file's.
  public func toFile(_ row: UnsafeMutableBufferPointer<Float>) {
    let canonical = Array(row)
    for index in row.indices { row[index] = canonical[canonicalIndex(file: index)] }
  }
}
