import Glibc

/// Memory for `count` floats, 64-byte aligned, zeroed, returned to the system when released.
///
/// `@unchecked Sendable`: the buffer is plain memory; whoever hands it between threads orders the accesses (a worker
/// fills it, then passes it on through a lock or a join, and does not touch it again).
public final class FloatBuffer: @unchecked Sendable {
  public let count: Int
  public let pointer: UnsafeMutablePointer<Float>
  private let mapped: Int

  public init(count: Int) {
    precondition(count >= 0, "a size that comes from data is checked where it is read")
    self.count = count
    let bytes = max(count, 1) * MemoryLayout<Float>.stride
    // Large buffers come from the kernel: zeroed only when touched, given back at once.
    if bytes >= 1 << 20,
      let address = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), address != MAP_FAILED
    {
      madvise(address, bytes, MADV_HUGEPAGE)
      pointer = address.bindMemory(to: Float.self, capacity: count)
      mapped = bytes
    } else {
      let raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
      memset(raw, 0, bytes)
      pointer = raw.bindMemory(to: Float.self, capacity: count)
      mapped = 0
    }
  }

  deinit {
    if mapped > 0 { munmap(pointer, mapped) } else { UnsafeMutableRawPointer(pointer).deallocate() }
  }

  public func zero() { memset(pointer, 0, count * MemoryLayout<Float>.stride) }

  public var values: UnsafeMutableBufferPointer<Float> { UnsafeMutableBufferPointer(start: pointer, count: count) }

  public func copy(from other: FloatBuffer) {
    precondition(other.count == count, "buffers of one size")
    memcpy(pointer, other.pointer, count * MemoryLayout<Float>.stride)
  }
}

/// A stack of float regions cut from one buffer: what a pass over a pack needs, without allocating per layer.
public struct FloatArena {
  private let buffer: FloatBuffer
  public private(set) var used = 0

  public init(capacity: Int) { buffer = FloatBuffer(count: capacity) }

  public var capacity: Int { buffer.count }

  /// Rounds a region up to whole cache lines.
  public static func regionSize(_ count: Int) -> Int { (count + 15) / 16 * 16 }

  /// `count` floats with whatever they held before. The capacity must have been computed from the same sizes.
  public mutating func take(_ count: Int) -> UnsafeMutablePointer<Float> {
    let size = FloatArena.regionSize(count)
    precondition(used + size <= buffer.count, "the arena was sized for its regions")
    defer { used += size }
    return buffer.pointer + used
  }

  public mutating func reset(to mark: Int = 0) { used = mark }
}
