public import Platform
import Synchronization

/// Looks action records up on a thread of its own, in the order in which somebody is expected to ask for them.
///
/// It only reads: a record that is not as its list says, or whose artifact is not as recorded, is left to whoever looks it
/// up. The thread ends when its list does, or when this goes.
public final class RecordReadAhead: Sendable {
  /// What was found of a list.
  public struct Findings: Sendable, Hashable {
    /// The keys of the list's entries, in their order; `nil` until it was read.
    public var listed: [CacheKey]?
    /// Entries that did not hold.
    public var stale = 0
    /// Nanoseconds since 1970: before the first record was looked at.
    public let begun = SystemClock.nowNanoseconds()
  }

  private struct State {
    var found: [CacheKey: ActionRecord] = [:]
    var findings = Findings()
    /// Places in the list by key.
    var places: [CacheKey: Int] = [:]
    /// The place behind the last entry asked for: the thread does not look at what is before it.
    var asked = 0
    var isStopped = false
  }

  private final class Shared: Sendable {
    let state = Mutex(State())
  }

  private let shared: Shared
  /// `nil` where the system refuses a thread; then nothing is read ahead.
  private let thread: Thread?
  /// How far ahead of the asking thread this one continues after it was overtaken, in entries.
  private static let stride = 16

  /// - Parameter path: of a `RecordList`; there may be none.
  public init(_ store: ArtifactStore, list path: String) {
    let shared = Shared()
    self.shared = shared
    thread = Thread {
      let lines = RecordList.lines((((try? FileSystem.readIfPresent(path)) ?? nil) ?? []))
      let keys = lines.map { RecordList.key(of: $0) }
      shared.state.withLock { state in
        // A line without a key makes the list one of other records.
        state.findings.listed = keys.compactMap(\.self)
        for (place, key) in keys.enumerated() { if let key { state.places[key] = place } }
        state.found.reserveCapacity(lines.count)
      }
      var next = 0
      while next < lines.count {
        guard let asked = shared.state.withLock({ $0.isStopped ? nil : $0.asked }) else { return }
        if asked > next { next = asked + Self.stride }
        guard next < lines.count else { return }
        let record = store.listedRecord(lines[next])
        shared.state.withLock { state in
          if let record { state.found[record.key] = record } else { state.findings.stale += 1 }
        }
        next += 1
      }
    }
  }

  deinit {
    shared.state.withLock { $0.isStopped = true }
    thread?.join()
  }

  /// The record of a key, when it was found already and its artifact was intact then.
  public func record(_ key: CacheKey) -> ActionRecord? {
    shared.state.withLock { state in
      // A stage that the list does not have says nothing of how far the asking thread is.
      if let place = state.places[key] { state.asked = max(state.asked, place + 1) }
      return state.found[key]
    }
  }

  public var findings: Findings { shared.state.withLock { $0.findings } }
}

extension ArtifactStore {
  /// The record of a list's entry if the record and its artifact are unchanged. This only looks at the files' stamps: it hashes
  /// nothing and repairs nothing.
  fileprivate func listedRecord(_ line: ArraySlice<UInt8>) -> ActionRecord? {
    guard let entry = RecordList.entry(line, in: self),
      FileStamp.of(actionPath(entry.record.key), followingLinks: false)?.isSameContent(as: entry.stamp) == true,
      filesAreAsRecorded(entry.record)
    else { return nil }
    return entry.record
  }
}
