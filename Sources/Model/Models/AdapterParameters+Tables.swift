import Diagnostics
import Glibc
public import ModelFiles
import Platform
public import Tensors

/// The low-rank updates of embedding and output head among an adapter's parameters.
extension AdapterParameters {
  /// Fills the pair of a fresh adapter. Of the head, A ~ U(±1/√hidden) and B = 0, as of any linear layer; of the embedding,
  /// A = 0 and B ~ N(0, 1).
  func begin(_ pair: AdapterLayout.TablePair, _ seed: UInt64) {
    // Far beyond the numbers of projections (`AdapterLayout.key`).
    let key: UInt64 = pair.table == .embedding ? 1 << 62 : 1 << 63
    var generator = SplitMix64(seed: seed &+ SplitMix64.step &* key)
    let factor = values.pointer + pair.offsetHidden
    let bound = 1 / Double(pair.hidden).squareRoot()
    for index in 0..<pair.rank * pair.hidden {
      let value =
        pair.table == .embedding ? Self.normal(&generator) : (2 * generator.unit() - 1) * bound
      factor[index] = Float(value)
    }
  }

  /// A normal number (Box and Muller, "A Note on the Generation of Random Normal Deviates", 1958).
  private static func normal(_ generator: inout SplitMix64) -> Double {
    // 1 − u lies in (0, 1], where the logarithm is finite.
    let radius = (-2 * log(1 - generator.unit())).squareRoot()
    return radius * cos(2 * .pi * generator.unit())
  }

  /// - Throws: `Diagnostic` (`adapter-mismatch`) when the update is of a table of another size.
  func store(_ update: TableUpdate, _ pair: AdapterLayout.TablePair) throws {
    guard update.hiddenFactor.count == pair.rank * pair.hidden, update.tokenFactor.count == pair.tokens * pair.rank
    else {
      throw Diagnostic(
        code: "adapter-mismatch",
        "the adapter belongs to another base: its update of '\(pair.table.name)' is not of a table of \(pair.tokens) "
          + "tokens with \(pair.hidden) numbers each", remedy: "use the base the adapter was trained on")
    }
    let tokens = values.pointer + pair.offsetTokens
    for (index, value) in update.hiddenFactor.enumerated() { values.pointer[pair.offsetHidden + index] = value }
    for token in 0..<pair.tokens {
      for r in 0..<pair.rank {
        let place = pair.table == .embedding ? token * pair.rank + r : r * pair.tokens + token
        tokens[place] = update.tokenFactor[token * pair.rank + r]
      }
    }
  }

  /// The updates in a buffer of this layout: the parameters, or their gradient.
  public static func updates(_ layout: AdapterLayout, in buffer: FloatPointer) -> [TableUpdate] {
    layout.tables.map { pair in
      let tokens = buffer + pair.offsetTokens
      var factor = [Float](repeating: 0, count: pair.tokens * pair.rank)
      for token in 0..<pair.tokens {
        for r in 0..<pair.rank {
          factor[token * pair.rank + r] =
            tokens[pair.table == .embedding ? token * pair.rank + r : r * pair.tokens + token]
        }
      }
      return TableUpdate(
        table: pair.table, rank: pair.rank, scale: Double(pair.scale),
        hiddenFactor: Array(UnsafeBufferPointer(start: buffer + pair.offsetHidden, count: pair.rank * pair.hidden)),
        tokenFactor: factor)
    }
  }

  /// What `Adapter.write` takes beside `modules`.
  /// - Throws: `Diagnostic` (`bad-adapter`) when the updates do not fit the model.
  public func changes() throws -> BaseChanges {
    try BaseChanges(Self.updates(layout, in: values.pointer), of: model)
  }
}
