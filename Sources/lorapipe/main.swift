import LorapipeCLI

await Lorapipe.main()
