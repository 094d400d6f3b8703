import Glibc
import LorapipeCLI

exit(await Lorapipe.main())
