import Glibc

/// Remembers the tokens of short pieces: real text repeats its words.
///
/// Direct-mapped, with a fixed size: a new piece replaces the one in its place, so that no input makes it grow.
final class PieceCache {
  static let maximumBytes = 24
  static let maximumTokens = 8
  private static let capacity = 1 << 15

  /// 64 bytes, one cache line: length, number of tokens, the piece, its tokens.
  private static let stride = 64
  private static let tokenOffset = 28
  private let memory: UnsafeMutableRawPointer

  init() {
    // Zeroed pages that the kernel gives out as they are touched: a short text pays for little of it.
    let size = Self.capacity * Self.stride
    let mapped = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    precondition(mapped != MAP_FAILED, "out of memory")
    memory = mapped.unsafelyUnwrapped
  }

  deinit { munmap(memory, Self.capacity * Self.stride) }

  @inline(__always)
  private func entry(_ hash: UInt64) -> UnsafeMutableRawPointer {
    memory + (Int(truncatingIfNeeded: hash >> 20) & (Self.capacity &- 1)) &* Self.stride
  }

  /// Appends the tokens of the piece when it is known.
  @inline(__always)
  func append(_ start: UnsafePointer<UInt8>, _ count: Int, _ hash: UInt64, to output: inout [Int32]) -> Bool {
    let entry = entry(hash)
    guard Int(entry.load(as: UInt8.self)) == count,
      equalBytes((entry + 2).assumingMemoryBound(to: UInt8.self), start, count)
    else { return false }
    let tokens = Int(entry.load(fromByteOffset: 1, as: UInt8.self))
    for index in 0..<tokens {
      output.append(entry.load(fromByteOffset: Self.tokenOffset &+ index &* 4, as: Int32.self))
    }
    return true
  }

  func store(_ start: UnsafePointer<UInt8>, _ count: Int, _ hash: UInt64, _ tokens: ArraySlice<Int32>) {
    guard count <= Self.maximumBytes, tokens.count <= Self.maximumTokens else { return }
    let entry = entry(hash)
    entry.storeBytes(of: UInt8(truncatingIfNeeded: count), as: UInt8.self)
    entry.storeBytes(of: UInt8(truncatingIfNeeded: tokens.count), toByteOffset: 1, as: UInt8.self)
    (entry + 2).copyMemory(from: start, byteCount: count)
    for (index, token) in tokens.enumerated() {
      entry.storeBytes(of: token, toByteOffset: Self.tokenOffset + index * 4, as: Int32.self)
    }
  }
}
