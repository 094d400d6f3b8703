import Diagnostics
import JSON

/// A recipe of an earlier `init` that stays as it is, beside the values that this command line would write into it.
struct KeptFile {
  /// An entry of the recipe that has to change so that the values of this command line hold.
  struct Change: Equatable {
    /// Where it stands in the recipe, such as `stages.base`.
    var key: String
    /// The lines that go, counted from 1; `nil` where the recipe has no such entry.
    var lines: ClosedRange<Int>?
    /// The lines that come: whole, as they are pasted.
    var text: String
  }

  var path: String
  var changes: [Change]

  /// Compares the recipe that is there with the one that this command line would write.
  /// - Parameters:
  ///   - path: the file that is there.
  ///   - fresh: what the command would have written.
  ///   - others: what it would have written had the values been others. An entry is due to the command line when it differs
  ///     from one of these; other differences are the user's own changes.
  init(_ path: String, text: String, fresh: String, others: [String]) {
    self.path = path
    changes = Self.changes(
      RecipeOutline(fresh), others.map { RecipeOutline($0) }, kept: RecipeOutline(text), below: "")
  }

  private static func changes(
    _ fresh: RecipeOutline, _ others: [RecipeOutline?], kept: RecipeOutline, below place: String
  ) -> [Change] {
    fresh.children.flatMap { entry -> [Change] in
      let alternatives = others.map { $0?.child(entry.key) }
      let isDue = alternatives.contains { $0?.content != entry.content }
      guard isDue else { return [] }
      let key = place.isEmpty || entry.isItem ? place + entry.key : place + "." + entry.key
      guard let old = kept.child(entry.key) else {
        // Who has taken a question out of a list does not want it back.
        return entry.isItem ? [] : [Change(key: key, lines: nil, text: entry.text.joined(separator: "\n"))]
      }
      let isBlock = ([entry, old] + alternatives).allSatisfy { $0.map { !$0.children.isEmpty } ?? true }
      if isBlock { return changes(entry, alternatives, kept: old, below: key) }
      guard old.content != entry.content else { return [] }
      return [
        Change(
          key: key, lines: old.lines.lowerBound + 1...old.lines.upperBound,
          text: entry.text.joined(separator: "\n"))
      ]
    }
  }

  /// What to do, each change with the lines that are pasted.
  func print(_ console: Console) {
    for change in changes {
      switch change.lines {
      case nil: console.print(say("\(path) has no '\(change.key)'; to have it, add:"))
      case let lines? where lines.count == 1:
        console.print(say("\(path):\(lines.lowerBound): to change it, write instead of this line:"))
      case let lines?:
        console.print(
          say(
            "\(path):\(lines.lowerBound): to change it, write instead of lines \(lines.lowerBound) to \(lines.upperBound):"
          ))
      }
      for line in change.text.split(separator: "\n", omittingEmptySubsequences: false) {
        console.print(line.terminalSafe)
      }
    }
  }

  var json: [JSONValue] {
    changes.map { change in
      var object = JSONObject([("file", .string(path)), ("key", .string(change.key))])
      object["first_line"] = change.lines.map { .integer(Int64($0.lowerBound)) }
      object["last_line"] = change.lines.map { .integer(Int64($0.upperBound)) }
      object["text"] = .string(change.text)
      return .object(object)
    }
  }
}
