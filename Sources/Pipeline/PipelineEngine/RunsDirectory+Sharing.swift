public import Artifacts
public import Diagnostics
import Glibc
import Platform
import Recipes

// A store outside `runs/` may serve several workspaces. Each leaves a note in it, so that a collection that is started in
// one of them keeps what the others need.

extension RunsDirectory {
  private var notes: String { store.root + "/workspaces" }

  /// Notes in a store that lies elsewhere that these runs use it. Best effort: who cannot write to the store cannot add to
  /// it either.
  func noteInStore() {
    guard FileSystem.parent(of: store.root) != path else { return }
    let note = "\(notes)/\(SHA256.hash(path))"
    if FileSystem.exists(note) { return }
    try? FileSystem.makeDirectory(notes)
    try? FileSystem.replace(note, with: Array(path.utf8))
  }

  /// The folders of runs of other workspaces that use the store; one that is gone is left out, one that only its owner can see
  /// is not.
  func others() throws(Diagnostic) -> [String] {
    var found: [String] = []
    for name in try FileSystem.names(in: notes) {
      guard let bytes = try FileSystem.readIfPresent(notes + "/" + name) else { continue }
      let other = String(decoding: bytes, as: UTF8.self)
      guard other.hasPrefix("/"), other != path else { continue }
      if FileStamp.of(other) != nil || ![ENOENT, ENOTDIR].contains(errno) { found.append(other) }
    }
    return found
  }

  /// What the newest runs of this workspace, and of every other that uses the store, need.
  /// - Throws: when the runs of one cannot be read: what they need is then not known, and nothing may be removed.
  public func collectionRoots(ofNewest count: Int) throws(Diagnostic) -> CollectionRoots {
    var roots = collectionRoots(of: try newest(count))
    for other in try others() {
      let directory: RunsDirectory
      let kept: [String]
      do throws(Diagnostic) {
        directory = try RunsDirectory(at: other, store: store.root)
        kept = try directory.newest(max(count, Self.keptOfOthers))
      } catch {
        throw Diagnostic(
          code: "workspace-unreadable", "'\(other)' uses this store, and its runs cannot be read",
          remedy: "let its owner make it readable for the group, or run the collection as somebody who may read it",
          notes: [error.message])
      }
      let theirs = directory.collectionRoots(of: kept)
      roots.keys.formUnion(theirs.keys)
      roots.artifacts.formUnion(theirs.artifacts)
    }
    return roots
  }

  /// The newest runs of recipes, and as many of commands such as `chat` and `merge`: who only talks to models must not push the
  /// trained ones out. A run whose recipe cannot be read counts as one of a recipe.
  private func newest(_ count: Int) throws(Diagnostic) -> [String] {
    var left = (ofRecipes: count, ofCommands: count)
    var found: [String] = []
    for run in try runs().reversed() {
      if left.ofRecipes <= 0 && left.ofCommands <= 0 { break }
      if (try? storedRecipe(of: run))?.isOfCommand == true {
        left.ofCommands -= 1
        if left.ofCommands >= 0 { found.append(run) }
      } else {
        left.ofRecipes -= 1
        if left.ofRecipes >= 0 { found.append(run) }
      }
    }
    return found
  }

  /// A collection says how many runs of its own workspace are kept; of others at least these.
  private static let keptOfOthers = 20
}
