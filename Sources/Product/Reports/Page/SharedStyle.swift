/// The style sheet that reports and the dashboard have in common.
public enum SharedStyle {
  /// `shared.css` as it is.
  public static var file: [UInt8] { PackageResources.shared_css }
}
