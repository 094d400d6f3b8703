extension Chinese {
  /// Help and messages of `report` and `ui`.
  static let reportMessages = #"""
    = The file to write (default: report.html); an older one is replaced.
    要写的文件（默认 report.html），已有的会被替换。
    = Write a PDF too, with Chromium, where it is installed.
    同时用 Chromium 写一份 PDF（需已安装）。
    = Write a report of a run, or a comparison of several, as one HTML file
    把一次运行的报告或几次运行的对比写成一个 HTML 文件
    = The file needs no network and no script. It starts with the verdict, then shows what changed and why, stages, curves, answers, data, parameters, environment, lineage and the command that runs it again. --lang chooses its language.
    该文件不需要网络和脚本。开头是结论，然后是改动与原因、阶段、曲线、回答、数据、参数、环境、来源，以及重新运行的命令。--lang 选择语言。
    = The identifier of a run or a part of it, latest, previous, latest~2, or a recipe's name for its newest run (default: the newest). Several are compared.
    运行的编号或其中一段、latest、previous、latest~2，或配方名（指它最近一次运行）。默认：最近一次。给出几个则进行对比。
    = writes report.html about the newest run
    把最近一次运行的报告写入 report.html
    = compares the last two runs of the recipe grace, in Chinese
    用中文对比配方 grace 的最近两次运行
    = Open a dashboard of this workspace in the browser
    在浏览器里打开本工作区的面板
    = Shows runs while they go on and after: stages, curves, answers, data and lineage; compares runs; edits, checks and starts recipes; stops and resumes runs. It listens on this machine only, unless --host says otherwise.
    显示进行中和已结束的运行：阶段、曲线、回答、数据和来源；对比运行；编辑、检查并启动配方；停止和续跑运行。默认只监听本机，除非用 --host 另行指定。
    = serves the dashboard on http://127.0.0.1:8765
    在 http://127.0.0.1:8765 提供面板
    = dashboard of {0} at {1}; Ctrl-C stops it
    {0} 的面板：{1}，按 Ctrl-C 停止
    = anyone who can reach this machine can start and stop runs; set --api-key
    能访问这台机器的任何人都可以启动和停止运行；请设置 --api-key
    = wrote {0}, {1}
    已写入 {0}，{1}
    """#

  /// Errors of `report` and `ui`, which arrive as whole texts.
  static let reportErrors = #"""
    = a PDF needs Chromium, and none is installed
    生成 PDF 需要 Chromium，但没有安装
    = apt-get install chromium, or open the page in a browser and print it
    apt-get install chromium，或在浏览器里打开该文件再打印
    = no PDF was written: {0}
    没有写出 PDF：{0}
    = run '{0}' is not in progress
    运行 '{0}' 不在进行中
    = run '{0}' is in progress on {1}
    运行 '{0}' 正在 {1} 上进行
    = stop it there, with Ctrl-C
    在那里按 Ctrl-C 停止
    = the browser took longer than a minute
    浏览器用时超过一分钟
    = open '{0}' in a browser and print it
    在浏览器里打开 '{0}' 再打印
    """#
}
