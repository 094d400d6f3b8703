import Platform
import Recipes

extension RunsDirectory {
  /// Points the links of all stages that have an artifact at it.
  ///
  /// Any change of a link changes the times of its folder. So if this recipe's links were found right before, and the folder
  /// has not changed since, they still are: one look at the folder replaces one at each link.
  func linkNewest(_ results: [StageResult], of recipe: Recipe) {
    let folder = linkFolder(isOfCommand: recipe.isOfCommand)
    let note = lastKeysPath(recipe.label) + ".links"
    let wanted = Self.sum(of: results)
    if let found = FileStamp.of(folder), let bytes = (try? FileSystem.readIfPresent(note)) ?? nil,
      bytes == Array(Self.line(wanted, found).utf8)
    {
      return
    }
    let before = FileStamp.of(folder)
    let begun = SystemClock.nowNanoseconds()
    for result in results {
      if let path = result.path { link(result.stage, isOfCommand: recipe.isOfCommand, to: path) }
    }
    // Noted only when every link was right already: who changed one, this run or another, leaves other times.
    guard let before, let after = FileStamp.of(folder), Self.line(wanted, before) == Self.line(wanted, after),
      before.isSettled(at: begun)
    else { return }
    try? FileSystem.makeDirectory(FileSystem.parent(of: note))
    try? FileSystem.replace(note, with: Array(Self.line(wanted, after).utf8))
  }

  /// The path that a stage's link resolves to; `nil` without a link, or when its target is missing.
  package func newest(_ stage: String, isOfCommand: Bool) -> String? {
    FileSystem.resolved("\(linkFolder(isOfCommand: isOfCommand))/\(fileName(for: stage))")
  }

  /// File names of the links whose target is missing.
  package func deadLinks(isOfCommand: Bool) -> Set<String> {
    let folder = linkFolder(isOfCommand: isOfCommand)
    let names = (try? FileSystem.names(in: folder)) ?? []
    return Set(
      names.filter { name in
        let link = "\(folder)/\(name)"
        return FileSystem.linkTarget(link) != nil && FileSystem.resolved(link) == nil
      })
  }

  package func removeLink(fileName name: String, isOfCommand: Bool) {
    let link = "\(linkFolder(isOfCommand: isOfCommand))/\(name)"
    if FileSystem.linkTarget(link) != nil { try? FileSystem.removeTree(link) }
  }

  private static func line(_ sum: Digest, _ stamp: FileStamp) -> String {
    "\(sum) \(stamp.device) \(stamp.inode) \(stamp.modified) \(stamp.changed)\n"
  }

  private static func sum(of results: [StageResult]) -> Digest {
    var hash = SHA256()
    for index in results.indices {
      guard let path = results[index].path else { continue }
      hash.update(results[index].stage)
      hash.update("\0")
      hash.update(path)
      hash.update("\0")
    }
    return hash.finish()
  }
}
