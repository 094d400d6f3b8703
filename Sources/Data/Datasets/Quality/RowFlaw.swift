public import Conversations

/// A flaw that a row shows by itself, for what names it or looks for it: a finding of `data lint`, and the metric
/// `findings.CODE` of a mix.
public struct RowFlaw: Sendable, Hashable {
  public var code: String
  public var level: DatasetReport.Finding.Level
  public var remedy: String
  private let what: String

  public static let all = RowRule.all.map { RowFlaw(code: $0.code, level: $0.level, remedy: $0.remedy, what: $0.what) }

  /// "3 rows with …": what `data lint` says of so many rows.
  public func message(rows: Int) -> String { "\(DatasetReport.rows(rows)) \(what)" }

  /// What is wrong with a row, in a few words; `nil` when it does not have this flaw.
  public func find(in conversation: Conversation) -> String? {
    RowRule.all.first { $0.code == code }?.look(RowText(conversation))
  }
}
