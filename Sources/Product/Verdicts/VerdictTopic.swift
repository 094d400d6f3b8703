/// The rows of docs/troubleshooting.md, and of its translations, that explain a verdict.
///
/// The raw value is the anchor in the page.
public enum VerdictTopic: String, Sendable, Hashable, CaseIterable {
  case theLossRises = "the-loss-rises"
  case theLossStaysFlat = "the-loss-stays-flat"
  case validationLossRises = "validation-loss-rises"
  case theLossIsStillFalling = "the-loss-is-still-falling-at-the-end"
  case whichRank = "which-rank"
  case whatWasLearned = "what-was-learned"
  case theBaseKnewItAlready = "the-base-knew-it-already"
  case itDoesNotKnowItsName = "it-does-not-know-its-name"
  case itForgotTheRest = "it-forgot-the-rest"
  case itAnswersEverythingWithItsName = "it-answers-everything-with-its-name"
  case mergingLostIt = "merging-lost-it"

  /// The page and the place in it, relative to the project's folder.
  public var page: String { "docs/troubleshooting.md#" + rawValue }
}
