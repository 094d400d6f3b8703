/// The program.
public enum Lorapipe {
  /// Runs the command line and exits with its status.
  public static func main() async {
  }
}
