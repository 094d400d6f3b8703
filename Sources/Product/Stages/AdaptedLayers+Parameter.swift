public import JSON
public import ModelFiles
public import Recipes

/// `lora.layers`: `all`, or `{ last: 12 }`.
extension AdaptedLayers: ParameterValue {
  private struct Last: ParameterSet {
    var last = 1

    static let fields: [Field<Last>] = [
      Field(
        "last", \.last, .integer(AdaptedLayers.limits), required: true,
        help: "How many of the last layers. The layers below them go forward only, once for all epochs.",
        aliases: ["num_layers", "number"])
    ]
  }

  public static var parameterType: ParameterType { .oneOf([.choice(["all"]), Last.parameterType]) }

  public init(parameter value: JSONValue) throws(ParameterProblem) {
    if value == .string("all") {
      self = .all
    } else if value.objectValue != nil {
      self = .last(try Last(parameter: value).last)
    } else {
      throw ParameterProblem(value, isNot: Self.parameterType)
    }
  }

  public var parameter: JSONValue? {
    switch self {
    case .all: "all"
    case .last(let number): Last(last: number).parameter
    // Only files have numbers.
    case .listed: nil
    }
  }
}
