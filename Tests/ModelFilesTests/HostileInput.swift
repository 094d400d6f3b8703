import Diagnostics
import Glibc
import Platform
import Testing

@testable import ModelFiles

/// Memory that ends right before a page no one may touch, so that reading one byte too far ends the test process.
enum GuardedMemory {
  static func copy(_ bytes: [UInt8]) throws -> ReadOnlyMemory {
    let page = 4096
    let used = (bytes.count + page - 1) / page * page
    let start = try #require(
      mmap(nil, used + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))
    try #require(start != MAP_FAILED)
    let base = start + (used - bytes.count)
    bytes.withUnsafeBytes { source in
      if let address = source.baseAddress { base.copyMemory(from: address, byteCount: source.count) }
    }
    try #require(mprotect(start + used, page, PROT_NONE) == 0)
    let whole = UInt(bitPattern: start)
    return ReadOnlyMemory(baseAddress: base, count: bytes.count) { _, _ in
      munmap(UnsafeMutableRawPointer(bitPattern: whole), used + page)
    }
  }
}

enum HostileInput {
  /// Runs `body` and reports any error that is not a diagnostic with a message; returns whether it went through.
  @discardableResult
  static func isAcceptedOrDiagnosed(_ label: @autoclosure () -> String, _ body: () throws -> Void) -> Bool {
    do {
      try body()
      return true
    } catch let error as Diagnostic {
      if error.message.isEmpty || error.code.isEmpty { Issue.record("\(label()): an empty diagnostic") }
    } catch let error as DiagnosticList {
      if error.diagnostics.isEmpty { Issue.record("\(label()): an empty list of diagnostics") }
    } catch {
      Issue.record("\(label()): \(error) is not a diagnostic")
    }
    return false
  }

  /// Changes a few bytes below `limit`: flips, extreme values, insertions, deletions, repeats.
  static func mutated(_ bytes: [UInt8], below limit: Int, _ random: inout SplitMix64) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      guard !bytes.isEmpty else { break }
      let at = Int.random(in: 0..<max(1, min(limit, bytes.count)), using: &random)
      switch Int.random(in: 0..<7, using: &random) {
      case 0: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 1: bytes[at] = [0, 0xFF, 0x7F, 0x80, 0x2D, 0x22].randomElement(using: &random) ?? 0
      case 2: bytes[at] = UInt8.random(in: 0...255, using: &random)
      case 3:
        for index in at..<min(at + 8, bytes.count) { bytes[index] = 0xFF }
      case 4: bytes.insert(UInt8.random(in: 0...255, using: &random), at: at)
      case 5: bytes.remove(at: at)
      default:
        let end = min(at + Int.random(in: 1...40, using: &random), bytes.count)
        bytes.insert(contentsOf: bytes[at..<end], at: at)
      }
    }
    return bytes
  }

  /// Reads what a tensor says it holds, its ends at least.
  static func touch(_ tensor: TensorView) {
    tensor.withBytes { bytes in
      var sum = 0
      if let first = bytes.first, let last = bytes.last { sum += Int(first) + Int(last) }
      if sum < 0 { Issue.record("unreachable") }
    }
    if tensor.elementCount <= 4096, tensor.dtype.isWeight { _ = try? tensor.floats() }
  }
}
