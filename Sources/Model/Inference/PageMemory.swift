import CKernels
import Diagnostics
import ModelFiles

/// Tokens a page of the cache holds; the attention kernel's width.
let pageTokens = 16

/// The key/value cache: pages of 16 positions for all layers and heads, handed out one at a time.
///
/// A page is `[layer][head]{ keys, values }`; `lp_inference.h` describes these for each type. Full pages are immutable and may
/// be read by several sequences: the prefix tree hands them on.
struct PageMemory {
  let slab: Slab
  let type: KeyValueType
  let headDimension: Int
  let headCount: Int
  /// Bytes of the keys, or of the values, of one head.
  let headByteCount: Int
  /// Bytes of one page.
  let stride: Int
  let capacity: Int
  private var free: [Int32]

  static func pageByteCount(_ model: ModelConfiguration, _ type: KeyValueType) -> Int {
    model.attentionLayerCount * model.keyValueHeadCount * 2 * type.byteCount(headDimension: model.headDimension)
  }

  /// - Parameter capacity: pages.
  /// - Throws: `Diagnostic` (`out-of-memory`).
  init(_ model: ModelConfiguration, _ type: KeyValueType, capacity: Int) throws {
    self.type = type
    headDimension = model.headDimension
    headCount = model.keyValueHeadCount
    headByteCount = type.byteCount(headDimension: headDimension)
    stride = Self.pageByteCount(model, type)
    self.capacity = capacity
    slab = try Slab(byteCount: capacity * stride)
    free = (0..<Int32(capacity)).reversed()
  }

  var freeCount: Int { free.count }
  var byteCount: Int { capacity * stride }
  mutating func take() -> Int32? { free.popLast() }
  mutating func give(_ page: Int32) { free.append(page) }

  func copy(_ page: Int32, to other: Int32) {
    (slab.base + Int(other) * stride).copyMemory(from: slab.base + Int(page) * stride, byteCount: stride)
  }

  /// A layer's head in all pages, as the attention kernel reads it.
  func head(_ head: Int, layer: Int) -> lp_cache_head {
    let base = slab.base + (layer * headCount + head) * 2 * headByteCount
    return lp_cache_head(
      base: base.assumingMemoryBound(to: UInt8.self), page_stride: stride, head_dim: headDimension,
      type: type.weightType)
  }

  /// Stores the key and the value, `[headDimension]` each, of a position of a head.
  /// - Parameter lane: the position's place in its page.
  /// Rounded to f16. A number beyond its range becomes not-a-number: an infinite key can give a score of minus infinity, and the
  /// position would be ignored in silence.
  private static func half(_ number: Float) -> UInt16 {
    let bits = HalfPrecision.f16(number)
    return bits & 0x7FFF == 0x7C00 ? 0x7E00 : bits
  }

  func store(
    key: UnsafePointer<Float>, value: UnsafePointer<Float>, head: Int, layer: Int, page: Int32, lane: Int
  ) {
    let keys = slab.base + Int(page) * stride + (layer * headCount + head) * 2 * headByteCount
    let values = keys + headByteCount
    let padded = padded16(headDimension)
    switch type {
    case .f32:
      let to = keys.assumingMemoryBound(to: Float.self) + lane
      for i in 0..<headDimension { to[i * pageTokens] = key[i] }
      (values.assumingMemoryBound(to: Float.self) + lane * padded).update(from: value, count: headDimension)
    case .f16:
      let to = keys.assumingMemoryBound(to: UInt16.self) + lane
      for i in 0..<headDimension { to[i * pageTokens] = Self.half(key[i]) }
      let row = values.assumingMemoryBound(to: UInt16.self) + lane * padded
      for i in 0..<headDimension { row[i] = Self.half(value[i]) }
    case .q80:
      for first in Swift.stride(from: 0, to: headDimension, by: 32) {
        let count = min(32, headDimension - first)
        let block = first / 32 * Int(LP_CACHE_BLOCK_BYTES)
        Self.store(key + first, count, keys + block, lane: lane, at: lane, next: pageTokens)
        Self.store(value + first, count, values + block, lane: lane, at: lane * 32, next: 1)
      }
    }
  }

  /// Stores a block of q8_0: the scale of `lane`, and integers from `at` on, `next` bytes apart.
  private static func store(
    _ numbers: UnsafePointer<Float>, _ count: Int, _ block: UnsafeMutableRawPointer, lane: Int, at: Int, next: Int
  ) {
    let integers = block.assumingMemoryBound(to: Int8.self) + pageTokens * 2 + at
    let scale = Quantize.q80(numbers, count: count, into: integers, stride: next)
    block.storeBytes(of: HalfPrecision.f16(scale), toByteOffset: lane * 2, as: UInt16.self)
  }
}
