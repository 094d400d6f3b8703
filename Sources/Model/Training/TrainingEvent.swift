public import Models

/// One update, as it happened.
public struct TrainingStep: Sendable, Hashable {
  /// Number of the update, from 1.
  public var step: Int
  public var totalSteps: Int
  /// Position in the data, in epochs.
  public var epoch: Double
  /// Σ cross-entropy ÷ labeled tokens of the window, before the update.
  public var loss: Double
  public var learningRate: Double
  /// Global norm of the gradient before clipping.
  public var gradientNorm: Double
  /// Tokens of the window's rows, and how fast they went.
  public var tokens: Int
  public var tokensPerSecond: Double
  /// Tokens of all rows up to and with this window, also those of earlier runs that it continues.
  public var tokensSeen: Int
  /// Bytes resident at the peak so far.
  public var peakMemory: Int?
}

/// Why a checkpoint cannot be continued.
public enum CheckpointFault: Sendable, Hashable {
  /// It cannot be read, or it is not as it was written.
  case damaged
  /// Its configuration, base or rows are not those of this training.
  case ofAnotherTraining
  /// The parameters of the best evaluation, which the training would end with, are missing or damaged.
  case withoutBest
}

/// What a training tells whoever watches it.
public enum TrainingEvent: Sendable {
  /// Before `started`: a checkpoint that is passed over. `isRemoved`: its file was deleted.
  case unusableCheckpoint(path: String, CheckpointFault, isRemoved: Bool)
  /// Before the first window; `step` is above 0 when it resumes a checkpoint.
  case started(plan: TrainingPlan, step: Int)
  /// The singular values of the weights are being found, from which the adapter starts.
  case initializing
  /// Some packs of a window are done.
  case progress(step: Int, packs: Int, of: Int)
  case step(TrainingStep)
  /// So many packs of the validation rows are begun.
  case evaluating(step: Int, packs: Int, of: Int)
  /// `isBest`: strictly lower than all before.
  case evaluation(step: Int, result: EvaluationResult, isBest: Bool)
  case checkpoint(path: String, step: Int)
  case stoppedEarly(step: Int)
}

/// How a training ended.
public struct TrainingResult: Sendable {
  /// The last parameters, or the best when asked for.
  public var adapter: AdapterParameters
  public var steps: Int
  /// Loss of the last update; `nil` when none was made in this run or an earlier one.
  public var lastLoss: Double?
  public var bestLoss: Double?
  public var bestStep: Int?
  public var stoppedEarly: Bool
  /// By training row: the mean loss of its labeled tokens when it was last seen, in nats, before that update; `nil` for a
  /// row that no update has seen.
  public var rowLosses: [Float?]
  /// Stopped on request: the work so far lies in the checkpoint folder, if there is one.
  public var wasCancelled: Bool
}
