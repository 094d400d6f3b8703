import Glibc
import LorapipeCLI

// The program with one more kind of stage: a file beside this one, and its name here.
exit(await Lorapipe.main(with: [VerseStage.self]))
